import type { ReactNode } from "react";
import type { AssetExplanation, Wording } from "../api/generated";
import { nameOf } from "../domain/event-types";
import { history as historyDe } from "../words/de/history";
import { why as de } from "../words/de/why";
import { history as historyEn } from "../words/en/history";
import { why as en } from "../words/en/why";
import { useWords } from "../words/language";
import { Badge, type Weight } from "./Badge";
import { Said, useSaid } from "./Said";
import { Time } from "./values";
import "./Explanation.css";

const WEIGHTS: Readonly<Record<string, Weight>> = { moving: "busy", waiting: "wait", stuck: "bad", ended: "good" };

/** Why an asset stands where it is: what it waits for, and what to do about it. `beside` stands beside the verdict. */
export function Explanation({ why, beside }: { why: AssetExplanation; beside?: ReactNode }) {
  const words = useWords({ en, de });
  const events = useWords({ en: historyEn, de: historyDe }).events;
  const verdict = why.verdict ?? "";
  return (
    <div className="explanation">
      <div className="row">
        <Badge weight={WEIGHTS[verdict] ?? "calm"}>{words.verdicts[verdict] ?? verdict}</Badge>
        {beside}
      </div>
      <p className="foreign">
        <Said sentence={why.headline} wording={why.headline_wording} />
      </p>
      {why.reasons.map((reason) => (
        <div key={reason.kind + reason.sentence} className="explanation-reason">
          <p className="foreign">
            <Said sentence={reason.sentence} wording={reason.wording} />
          </p>
          {reason.advice !== "" && (
            <p className="soft foreign">
              {words.advice}: <code lang="en">{reason.advice}</code>
            </p>
          )}
        </div>
      ))}
      <Listed title={words.waitsFor} items={why.waits_for} wordings={why.waits_for_wordings} />
      <Listed
        title={words.jobs}
        items={why.jobs.map(
          (one) => `${one.service}: ${[one.job?.kind, one.job?.state, one.job?.reason].filter(Boolean).join(", ")}`,
        )}
      />
      <Listed title={words.deadLetters} items={why.dead_letters.map((one) => `${one.group}: ${one.reason}`)} />
      <Listed title={words.incomplete} items={why.missing} wordings={why.missing_wordings} more={why.incomplete} />
      {why.last_event !== undefined && (
        <p className="soft">
          {words.last}: {events[nameOf(why.last_event.type)]?.(1) ?? <code>{nameOf(why.last_event.type)}</code>},{" "}
          <Time at={why.last_event.time} ago />
        </p>
      )}
    </div>
  );
}

function Listed({
  title,
  items,
  wordings = [],
  more = [],
}: {
  title: string;
  items: readonly string[];
  wordings?: readonly Wording[];
  more?: readonly string[];
}): ReactNode {
  const said = useSaid();
  const all = [...items.map((item, at) => said(item, wordings[at])), ...more];
  if (all.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="explanation-points">
        {[...new Set(all)].map((item) => (
          <li key={item} className="foreign">
            {item}
          </li>
        ))}
      </ul>
    </section>
  );
}
