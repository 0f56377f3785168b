import { ProblemError } from "../api/problems";
import { useAccessWords } from "../words/access";
import { useWording } from "../words/sentences";
import { useRefusal } from "./useRefusal";

export interface RefusedFields {
  /** What is wrong with a field of the form; empty where nothing is. */
  at: (field: string) => string;
  /** Why the form was refused, where that is about no field that it has; empty where nothing was. */
  rest: string;
}

/** Sorts what was refused to the fields that it is about, by the names that they have in the request. */
export function useRefusedFields(error: unknown, fields: readonly string[]): RefusedFields {
  const words = useAccessWords();
  const refusal = useRefusal();
  const word = useWording();
  const named = error instanceof ProblemError ? fields.filter((field) => error.at(field) !== undefined) : [];
  const at = (field: string) => {
    const wrong = error instanceof ProblemError && named.includes(field) ? error.at(field) : undefined;
    if (wrong === undefined) return "";
    const own = named.length === 1 && words.refused[(error as ProblemError).reason];
    return own || (word(wrong.wording) ?? wrong.problem);
  };
  return { at, rest: named.length > 0 ? "" : refusal(error) };
}
