import { Link } from "wouter";
import type { Subject } from "../../api/generated";
import { useRightsWords } from "./words";

/** What a statement is about: its kind, and its name as it was spelt, or the title of the asset. */
export function SubjectName({
  subject,
  title = "",
  plain = false,
}: {
  subject: Subject | undefined;
  /** The title of an asset, which people know it by. */
  title?: string;
  /** Without a link: where it stands in a button. */
  plain?: boolean;
}) {
  const words = useRightsWords();
  const [kind, name] = Object.entries(subject ?? {}).find(([, value]) => Boolean(value)) ?? ["", ""];
  return (
    <span className="rights-subject">
      <span className="soft small">{words.subject[kind] ?? kind}</span>{" "}
      {kind === "asset_id" && !plain ? (
        <Link href={`/assets/${name}`} className="foreign" dir="auto" title={name}>
          {title || name}
        </Link>
      ) : (
        <span className="foreign" dir="auto">
          {title || name}
        </span>
      )}
    </span>
  );
}
