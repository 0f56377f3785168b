/** Numbers in words: "1 asset", "2 assets", "1.204 Beiträge". */

import type { Language } from "./language";

export interface Forms {
  one: string;
  other: string;
}

/** Returns what says how many there are, number first. */
export function pluralsOf(language: Language): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (count, forms) => `${numbers.format(count)} ${rules.select(count) === "one" ? forms.one : forms.other}`;
}
