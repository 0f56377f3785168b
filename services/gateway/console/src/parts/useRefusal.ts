import { ProblemError } from "../api/problems";
import { useAccessWords } from "../words/access";
import { useErrorText } from "./useSentence";

/** Says in one text why something about an account was refused; empty where nothing was. */
export function useRefusal(): (error: unknown) => string {
  const words = useAccessWords();
  const textOf = useErrorText();
  return (error) => {
    if (error === null || error === undefined) return "";
    if (error instanceof ProblemError) {
      if (error.status === 429) return words.slow(error.retryAfterSeconds ?? 60);
      const said = words.refused[error.reason];
      if (said !== undefined) return said;
    }
    return textOf(error);
  };
}
