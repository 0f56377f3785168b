import { Link } from "wouter";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";

export const LISTS = ["named", "unknown", "changed"] as const;
export type List = (typeof LISTS)[number];

/** Which people are shown. */
export function Lists({ list }: { list: List }) {
  const words = useWords({ en, de });
  return (
    <nav className="people-lists" aria-label={words.title}>
      {LISTS.map((one) => (
        <Link
          key={one}
          href={one === "named" ? "/people" : `/people?list=${one}`}
          aria-current={one === list ? "page" : undefined}
        >
          {words.lists[one]}
        </Link>
      ))}
    </nav>
  );
}
