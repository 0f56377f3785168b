import { Ban, Check, TriangleAlert } from "lucide-react";
import type { MeshView, ServiceView, WaitingPart } from "../../api/generated";
import { Badge } from "../../parts/Badge";
import { Said, type SaidSentence } from "../../parts/Said";
import { useShellWords } from "../../words/shell";
import { useMeshWords } from "./words";

/** A sentence of a part of a service, with the name of the part. */
interface Told extends SaidSentence {
  of: string;
}

/** Six services, each with its state, why it is not ready, and what it is behind. */
export function Services({ view }: { view: MeshView }) {
  const words = useMeshWords();
  return (
    <section aria-label={words.services}>
      <ul className="mesh-services">
        {view.services.map((one) => (
          <Service key={one.service} service={one} lagKnown={!view.unavailable.includes("lag")} />
        ))}
      </ul>
    </section>
  );
}

function Service({ service, lagKnown }: { service: ServiceView; lagKnown: boolean }) {
  const words = useMeshWords();
  const shell = useShellWords();
  const state = service.away !== "" ? "away" : service.ready ? "ready" : "waits";
  const behind = service.lag.reduce((sum, one) => sum + one.behind, 0);
  return (
    <li className="card mesh-service" data-state={state}>
      <h2>{shell.services[service.service] ?? service.service}</h2>
      <Badge
        weight={state === "ready" ? "good" : state === "away" ? "bad" : "wait"}
        icon={state === "ready" ? Check : state === "away" ? Ban : TriangleAlert}
      >
        {words[state]}
      </Badge>
      <p className="soft">
        {words.replicas(service.replicas.length)} ·{" "}
        {lagKnown ? (behind > 0 ? words.behind(behind) : words.upToDate) : words.notAsked}
      </p>
      <Reasons service={service} />
    </li>
  );
}

function Reasons({ service }: { service: ServiceView }) {
  const words = useMeshWords();
  const named = (part: WaitingPart) => ({
    of: words.partNames[part.part] ?? part.part,
    sentence: part.reason,
    wording: part.wording,
  });
  const said: Told[] = service.replicas.flatMap((one) => [
    ...(one.away === "" ? [] : [{ of: one.address, sentence: one.away, wording: one.away_wording }]),
    ...one.waiting.map(named),
    ...one.paused.map((part) => ({
      of: words.paused(part.topic, part.partition),
      sentence: part.reason,
      wording: part.wording,
    })),
    ...one.notes.map(named),
  ]);
  const told = service.away === "" || said.some((one) => one.sentence === service.away);
  const all = told ? said : [{ of: "", sentence: service.away, wording: service.away_wording }, ...said];
  const once = new Map(all.map((one) => [`${one.of}: ${one.sentence}`, one]));
  if (once.size === 0) return null;
  return (
    <ul className="mesh-reasons" aria-label={words.parts}>
      {[...once].map(([key, { of, sentence, wording }]) => (
        <li key={key} className="foreign">
          {of !== "" && `${of}: `}
          <Said sentence={sentence} wording={wording} />
        </li>
      ))}
    </ul>
  );
}
