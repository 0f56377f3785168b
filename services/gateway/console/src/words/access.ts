import { access as de } from "./de/access";
import { type AccessWords, access as en } from "./en/access";
import { useWords } from "./language";

export type { AccessWords };

const words = { en, de };

/** Words of accounts: signing in, users, tokens. */
export function useAccessWords(): AccessWords {
  return useWords(words);
}
