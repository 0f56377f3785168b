import { createContext, useContext } from "react";
import type { Language } from "../words/language";

export const SetLanguageContext = createContext<(language: Language) => void>(() => undefined);

/** What lets the console speak another language. */
export function useSetLanguage(): (language: Language) => void {
  return useContext(SetLanguageContext);
}
