import type { RightsPreview } from "../../api/generated";
import { Badge } from "../../parts/Badge";
import { Said } from "../../parts/Said";
import { useRightsWords } from "./words";

/** Statements of a change, each with what became of it, or would: the outcome, and its sentence. */
export function StatementList({ statements }: { statements: RightsPreview["statements"] }) {
  const words = useRightsWords();
  return (
    <ul className="rights-lines">
      {statements.map((one) => (
        <li key={`${one.statement?.issuer}${one.statement?.statement_id}`} className="rights-statement">
          <Badge weight={one.outcome === "in_force" ? "good" : "wait"}>
            {words.fate.outcomes[one.outcome ?? ""] ?? one.outcome}
          </Badge>
          <span className="foreign">
            <Said sentence={one.sentence} wording={one.wording} />
          </span>
        </li>
      ))}
    </ul>
  );
}
