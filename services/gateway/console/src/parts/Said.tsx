import { useCallback } from "react";
import { useLanguage } from "../words/language";
import { named, useWording, type Wording } from "../words/sentences";

export interface SaidSentence {
  /** The sentence as the mesh says it: in English, or in the words of somebody. */
  sentence: string;
  /** What it was made of; unset, or empty, where the mesh sent nothing beside it. */
  wording?: Wording | undefined;
}

/** A sentence of the mesh in the language of the console; in English, and marked so, where it has no words for it. */
export function Said({ sentence, wording, naming = "" }: SaidSentence & { naming?: string }) {
  const language = useLanguage();
  const own = useWording()(wording);
  const said = named(own ?? sentence, naming);
  if (own !== undefined || language === "en") return <>{said}</>;
  return <span lang="en">{said}</span>;
}

/** Says sentences as plain texts, where no element can carry their language: in titles and lists of names. */
export function useSaid(): (sentence: string, wording?: Wording) => string {
  const word = useWording();
  return useCallback((sentence, wording) => word(wording) ?? sentence, [word]);
}
