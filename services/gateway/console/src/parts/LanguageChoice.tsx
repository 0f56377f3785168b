import { LANGUAGES, type Language, useLanguage } from "../words/language";
import { useShellWords } from "../words/shell";
import { Choose } from "./fields";
import { useSetLanguage } from "./useSetLanguage";

const CHOICES = (Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value] }));

/** Which language the console speaks, each named in itself. */
export function LanguageChoice({ labelHidden = false }: { labelHidden?: boolean }) {
  const words = useShellWords();
  const language = useLanguage();
  const setLanguage = useSetLanguage();
  return (
    <Choose
      label={words.language}
      labelHidden={labelHidden}
      choices={CHOICES}
      value={language}
      onChange={setLanguage}
    />
  );
}
