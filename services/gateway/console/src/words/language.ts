/** Which language the console speaks: the person's choice, else the browser's, else English. */

import { createContext, useContext } from "react";

export type Language = "de" | "en";

export const LANGUAGES: Readonly<Record<Language, string>> = { de: "Deutsch", en: "English" };

const SETTING = "framewell-language";

/** The chosen language, or the first of the browser's that the console speaks. */
export function firstLanguage(): Language {
  const chosen = localStorage.getItem(SETTING);
  if (chosen === "de" || chosen === "en") return chosen;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag): tag is Language => tag === "de" || tag === "en") ?? "en";
}

const REGIONS: Readonly<Record<Language, string>> = { de: "de-DE", en: "en-GB" };

/** The language as whoever reads it writes dates: of the browser's region, where that is what the browser speaks. */
export function regionalOf(language: Language, spoken: string = navigator.language): string {
  return spoken.slice(0, 3).toLowerCase() === `${language}-` ? spoken : REGIONS[language];
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(SETTING, language);
}

export const LanguageContext = createContext<Language>("en");

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** The words of a page in the language that is spoken: `useWords({ en, de })`. */
export function useWords<Words>(words: Readonly<Record<Language, Words>>): Words {
  return words[useLanguage()];
}
