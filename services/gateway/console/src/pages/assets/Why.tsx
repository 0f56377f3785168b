import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { AssetExplanation, AssetSummary } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Time } from "../../parts/values";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { whyQuery } from "./queries";

const WEIGHTS: Readonly<Record<string, Weight>> = { moving: "busy", waiting: "wait", stuck: "bad", ended: "good" };

/** Why an asset stands where it is: what it waits for, and what to do about it. */
export function Why({ asset, open, onClose }: { asset: AssetSummary; open: boolean; onClose: () => void }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  return (
    <Dialog
      title={asset.title || words.untitled}
      open={open}
      onClose={onClose}
      wide
      actions={<Button onPress={onClose}>{shell.close}</Button>}
    >
      <Asked assetId={asset.asset_id} />
    </Dialog>
  );
}

function Asked({ assetId }: { assetId: string }) {
  const query = useQuery({ ...whyQuery(assetId), refetchInterval: 3000 });
  return <Answer query={query}>{(why) => <Told why={why} />}</Answer>;
}

function Told({ why }: { why: AssetExplanation }) {
  const words = useWords({ en, de });
  const verdict = why.verdict ?? "";
  return (
    <>
      <div className="stack assets-why">
        <div>
          <Badge weight={WEIGHTS[verdict] ?? "calm"}>{words.why.verdicts[verdict] ?? verdict}</Badge>
        </div>
        <p className="foreign" lang="en">
          {why.headline}
        </p>
      </div>
      {why.reasons.map((reason) => (
        <div key={reason.kind + reason.sentence} className="assets-reason" lang="en">
          <p className="foreign">{reason.sentence}</p>
          {reason.advice !== "" && (
            <p className="soft foreign">
              {words.why.advice}: <code>{reason.advice}</code>
            </p>
          )}
        </div>
      ))}
      <Listed title={words.why.waitsFor} items={why.waits_for} />
      <Listed
        title={words.why.jobs}
        items={why.jobs.map(
          (one) => `${one.service}: ${[one.job?.kind, one.job?.state, one.job?.reason].filter(Boolean).join(", ")}`,
        )}
      />
      <Listed title={words.why.deadLetters} items={why.dead_letters.map((one) => `${one.group}: ${one.reason}`)} />
      <Listed title={words.why.incomplete} items={[...why.missing, ...why.incomplete]} />
      {why.last_event !== undefined && (
        <p className="soft">
          {words.why.last}: <code>{why.last_event.type}</code>, <Time at={why.last_event.time} ago />
        </p>
      )}
    </>
  );
}

function Listed({ title, items }: { title: string; items: readonly string[] }): ReactNode {
  if (items.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className="assets-points" lang="en">
        {items.map((item) => (
          <li key={item} className="foreign">
            {item}
          </li>
        ))}
      </ul>
    </section>
  );
}
