import { mesh as de } from "../../words/de/mesh";
import { models as deModels } from "../../words/de/models";
import { mesh as en } from "../../words/en/mesh";
import { models as enModels } from "../../words/en/models";
import { useWords } from "../../words/language";

/** The words of this page in the language that is spoken. */
export function useMeshWords() {
  return useWords({ en, de });
}

/** Words of models in the language that is spoken. */
export function useModelWords() {
  return useWords({ en: enModels, de: deModels });
}
