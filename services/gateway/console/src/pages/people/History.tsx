import { useQuery } from "@tanstack/react-query";
import { Button } from "../../parts/Button";
import { useStatus } from "../../parts/status";
import { useSession } from "../../parts/useSession";
import { Time } from "../../parts/values";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { decisionsQuery } from "./queries";
import { useDecisions } from "./useDecisions";

/** What people decided about an unknown person, newest first, each to be taken back. */
export function History({ clusterId }: { clusterId: string }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const { may } = useSession();
  const { undo } = useDecisions();
  const { say } = useStatus();
  const takeBack = async (id: string) => {
    const said = await undo(id);
    if (said !== false) say(said);
  };
  const { data } = useQuery(decisionsQuery(clusterId));
  if (data === undefined || data.decisions.length === 0) return null;
  return (
    <section aria-labelledby="history">
      <h2 id="history">{words.unknown.history}</h2>
      <ul className="people-history">
        {data.decisions.map((one) => (
          <li key={one.decision_id}>
            <span>{words.unknown.decisions[one.decision ?? ""] ?? one.decision}</span>
            <span className="soft foreign">{one.actor?.principal}</span>
            <span className="soft">
              <Time at={one.actor?.decided_at} ago />
            </span>
            {one.undone_by !== undefined ? (
              <span className="soft">{words.unknown.undone}</span>
            ) : (
              may("curator") && (
                <Button look="bare" onPress={() => void takeBack(one.decision_id)}>
                  {shell.undo}
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
