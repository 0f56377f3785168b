import { useQuery } from "@tanstack/react-query";
import { Button } from "../../parts/Button";
import { search as de } from "../../words/de/search";
import { search as en } from "../../words/en/search";
import { useWords } from "../../words/language";
import { namesQuery } from "./data";

/** People whose name has what was typed in it: one press shows all their appearances. */
export function Names({ text, person, choose }: { text: string; person: string; choose: (classId: string) => void }) {
  const words = useWords({ en, de });
  const names = useQuery(namesQuery(text));
  const classes = (names.data?.classes ?? []).filter((one) => one.name !== "");
  if (text === "" || classes.length === 0) return null;
  return (
    <section className="row search-names" aria-label={words.people}>
      <span className="soft">{words.people}</span>
      {classes.map((one) => (
        <Button
          key={one.class_id}
          aria-pressed={one.class_id === person}
          onPress={() => choose(one.class_id === person ? "" : one.class_id)}
        >
          <span className="one-line search-name" dir="auto">
            {one.name}
          </span>
        </Button>
      ))}
    </section>
  );
}
