import { rights as de } from "../../words/de/rights";
import { rights as en } from "../../words/en/rights";
import { useWords } from "../../words/language";

/** The words of this page in the language that is spoken. */
export function useRightsWords() {
  return useWords({ en, de });
}
