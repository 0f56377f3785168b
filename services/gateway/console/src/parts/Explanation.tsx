import type { ReactNode } from "react";
import type { AssetExplanation, Wording } from "../api/generated";
import { nameOf } from "../domain/event-types";
import { history as historyDe } from "../words/de/history";
import { why as de } from "../words/de/why";
import { history as historyEn } from "../words/en/history";
import { why as en } from "../words/en/why";
import { useWords } from "../words/language";
import { Badge, type Weight } from "./Badge";
import { Said, type SaidSentence } from "./Said";
import { Time } from "./values";
import "./Explanation.css";

const WEIGHTS: Readonly<Record<string, Weight>> = { moving: "busy", waiting: "wait", stuck: "bad", ended: "good" };

/** Why an asset stands where it is: what it waits for, and what to do about it. `beside` stands beside the verdict. */
export function Explanation({ why, beside }: { why: AssetExplanation; beside?: ReactNode }) {
  const words = useWords({ en, de });
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
      <Listed title={words.waitsFor} items={paired(why.waits_for, why.waits_for_wordings)} />
      <Listed
        title={words.jobs}
        items={why.jobs.map(({ service, job }) => ({
          of: `${service}: ${[job?.kind, job?.state].filter(Boolean).join(", ")}`,
          sentence: job?.reason ?? "",
          wording: job?.wording,
        }))}
      />
      <Listed
        title={words.deadLetters}
        items={why.dead_letters.map(({ group, reason, wording }) => ({ of: group, sentence: reason, wording }))}
      />
      <Listed title={words.missing} items={paired(why.missing, why.missing_wordings)} />
      <Listed title={words.incomplete} items={paired(why.incomplete, why.incomplete_wordings)} />
      {why.last_event !== undefined && (
        <p className="soft">
          {words.last}: <What name={nameOf(why.last_event.type)} />, <Time at={why.last_event.time} ago />
        </p>
      )}
    </div>
  );
}

/** What an event says, by its name; the name itself where there are no words for it. */
function What({ name }: { name: string }) {
  const events = useWords({ en: historyEn, de: historyDe }).events;
  const words = useWords({ en, de });
  return events[name]?.(1) ?? words.pieces[name] ?? <code>{name}</code>;
}

interface Point extends SaidSentence {
  /** What it is about, said before it. */
  of?: string;
}

function paired(sentences: readonly string[], wordings: readonly Wording[]): Point[] {
  return sentences.map((sentence, at) => ({ sentence, wording: wordings[at] }));
}

/** Sentences as points, each once; nothing where there are none. */
function Listed({ title, items }: { title: string; items: readonly Point[] }): ReactNode {
  const points = new Map(items.map((item) => [`${item.of ?? ""} ${item.sentence}`, item]));
  if (points.size === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="explanation-points">
        {[...points].map(([key, { of = "", sentence, wording }]) => (
          <li key={key} className="foreign">
            {of}
            {of !== "" && sentence !== "" && ": "}
            {sentence !== "" && <Said sentence={sentence} wording={wording} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
