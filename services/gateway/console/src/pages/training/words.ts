import { training as de } from "../../words/de/training";
import { training as en } from "../../words/en/training";
import { useWords } from "../../words/language";

/** The words of this page in the language that is spoken. */
export function useTrainingWords() {
  return useWords({ en, de });
}
