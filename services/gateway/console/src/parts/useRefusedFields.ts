import { ProblemError } from "../api/problems";
import { useAccessWords } from "../words/access";
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
  const named = error instanceof ProblemError ? fields.filter((field) => error.of(field) !== "") : [];
  const at = (field: string) => {
    if (!(error instanceof ProblemError) || !named.includes(field)) return "";
    return (named.length === 1 && words.refused[error.reason]) || error.of(field);
  };
  return { at, rest: named.length > 0 ? "" : refusal(error) };
}
