import { purposes as de } from "./de/purposes";
import { purposes as en } from "./en/purposes";
import { useWords } from "./language";

const words: Readonly<Record<"de" | "en", Readonly<Record<string, string>>>> = { en, de };

/** What something may be used for, by its code: `usePurposes().analysis`. */
export function usePurposes(): Readonly<Record<string, string>> {
  return useWords(words);
}
