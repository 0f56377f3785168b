import { Ban, Check, TriangleAlert } from "lucide-react";
import type { MeshView, ServiceView } from "../../api/generated";
import { Badge } from "../../parts/Badge";
import { useShellWords } from "../../words/shell";
import { useMeshWords } from "./words";

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
  const said = service.replicas.flatMap((one) => [
    ...(one.away === "" ? [] : [`${one.address}: ${one.away}`]),
    ...one.waiting.map((part) => `${part.part}: ${part.reason}`),
    ...one.paused.map((part) => `${words.paused(part.topic, part.partition)}: ${part.reason}`),
    ...one.notes.map((part) => `${part.part}: ${part.reason}`),
  ]);
  const told = service.away === "" || said.some((one) => one.endsWith(service.away));
  const sentences = [...new Set(told ? said : [service.away, ...said])];
  if (sentences.length === 0) return null;
  return (
    <ul className="mesh-reasons" aria-label={words.parts}>
      {sentences.map((one) => (
        <li key={one} className="foreign" lang="en">
          {one}
        </li>
      ))}
    </ul>
  );
}
