import { Link } from "wouter";
import type { Subject } from "../../api/generated";
import { useRightsWords } from "./words";

/** What a statement is about: its kind, and its name as it was spelt. */
export function SubjectName({ subject }: { subject: Subject | undefined }) {
  const words = useRightsWords();
  const [kind, name] = Object.entries(subject ?? {}).find(([, value]) => Boolean(value)) ?? ["", ""];
  return (
    <span className="rights-subject">
      <span className="soft small">{words.subject[kind] ?? kind}</span>{" "}
      {kind === "asset_id" ? (
        <Link href={`/assets/${name}`} className="foreign">
          {name}
        </Link>
      ) : (
        <span className="foreign" dir="auto">
          {name}
        </span>
      )}
    </span>
  );
}
