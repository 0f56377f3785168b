import { NetworkError, ProblemError } from "../api/problems";
import { refusals as de } from "../words/de/refusals";
import { refusals as en } from "../words/en/refusals";
import { useLanguage, useWords } from "../words/language";
import { useWording } from "../words/sentences";
import { useShellWords } from "../words/shell";

export interface Sentence {
  /** The sentence in the language of the console, where it has one. */
  own: string;
  /** The gateway's own words, in English; empty where `own` says all there is. */
  detail: string;
}

/**
 * Says what went wrong in the console's language: by the sentence's own template, else by its word, and then in the
 * gateway's own words as well.
 */
export function useSentence(): (error: unknown) => Sentence {
  const words = useShellWords();
  const language = useLanguage();
  const refusals = useWords({ en, de });
  const word = useWording();
  return (error) => {
    if (error instanceof NetworkError) return { own: words.failed.network, detail: "" };
    if (!(error instanceof ProblemError)) return { own: words.failed.broken, detail: String(error) };
    const worded = word(error.wording);
    if (worded !== undefined || language === "en") return { own: worded ?? error.detail, detail: "" };
    return { own: refusals[error.reason] ?? words.problems[error.code] ?? "", detail: error.detail };
  };
}

/** Says what went wrong in one text. */
export function useErrorText(): (error: unknown) => string {
  const sentence = useSentence();
  return (error) => {
    const { own, detail } = sentence(error);
    return [own, detail].filter(Boolean).join(" ");
  };
}
