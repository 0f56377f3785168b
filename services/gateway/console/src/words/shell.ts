import { shell as de } from "./de/shell";
import { shell as en, type ShellWords } from "./en/shell";
import { useWords } from "./language";

export type { ShellWords };

const words = { en, de };

/** The words that every page shares. */
export function useShellWords(): ShellWords {
  return useWords(words);
}
