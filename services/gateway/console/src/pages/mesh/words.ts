import { mesh as de } from "../../words/de/mesh";
import { mesh as en } from "../../words/en/mesh";
import { useWords } from "../../words/language";

/** The words of this page in the language that is spoken. */
export function useMeshWords() {
  return useWords({ en, de });
}
