import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import type { AssetExplanation } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { Missing } from "../../parts/Missing";
import { useQueryString } from "../../parts/useQueryString";
import { whyOf } from "./queries";
import { useMeshWords } from "./words";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const WEIGHTS: Readonly<Record<string, Weight>> = { moving: "busy", waiting: "wait", stuck: "bad", ended: "good" };

/** Asks of one asset what it waits for, and what to do. */
export function Why() {
  const words = useMeshWords().why;
  const [asked, ask] = useQueryString("why");
  const [typed, type] = useState(asked);
  const [wrong, setWrong] = useState(false);
  const write = (text: string) => {
    type(text);
    setWrong(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const id = typed.trim();
    setWrong(!UUID.test(id));
    if (UUID.test(id)) ask(id);
  };
  return (
    <section aria-labelledby="mesh-why" className="mesh-part">
      <h2 id="mesh-why">{words.title}</h2>
      <form className="mesh-ask" onSubmit={submit} noValidate>
        <TextField label={words.label} value={typed} onChange={write} error={wrong ? words.wrong : undefined} />
        <Button type="submit">{words.ask}</Button>
      </form>
      {UUID.test(asked) && <Asked assetId={asked} />}
    </section>
  );
}

function Asked({ assetId }: { assetId: string }) {
  const query = useQuery(whyOf(assetId));
  return (
    <Answer query={query} small>
      {(why) => <Told why={why} />}
    </Answer>
  );
}

function Told({ why }: { why: AssetExplanation }) {
  const words = useMeshWords().why;
  const verdict = why.verdict ?? "";
  return (
    <div className="card stack" aria-live="polite">
      <div className="row">
        <Badge weight={WEIGHTS[verdict] ?? "calm"}>{words.verdicts[verdict] ?? verdict}</Badge>
        <span className="foreign" lang="en">
          {why.headline}
        </span>
        <Link href={`/assets/${why.asset_id}`}>{words.open}</Link>
      </div>
      {why.reasons.map((reason) => (
        <div key={reason.kind + reason.sentence} lang="en">
          <p className="foreign">{reason.sentence}</p>
          {reason.advice !== "" && (
            <p className="soft foreign">
              {words.advice}: <code>{reason.advice}</code>
            </p>
          )}
        </div>
      ))}
      <Missing sentences={[...why.missing, ...why.incomplete]} />
    </div>
  );
}
