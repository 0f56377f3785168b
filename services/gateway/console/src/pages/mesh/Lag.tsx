import type { MeshView } from "../../api/generated";
import { Sheet } from "../../parts/Sheet";
import { Count } from "../../parts/values";
import { useMeshWords } from "./words";

/** What each stage has not handled yet, the longest queue first. */
export function Lag({ view }: { view: MeshView }) {
  const words = useMeshWords();
  const rows = view.services.flatMap((one) => one.lag).sort((one, other) => other.behind - one.behind);
  const known = !view.unavailable.includes("lag");
  return (
    <section aria-labelledby="mesh-lag" className="mesh-part">
      <h2 id="mesh-lag">{words.lag.title}</h2>
      {rows.length === 0 ? (
        <p className="soft">{known ? words.lag.none : words.notAsked}</p>
      ) : (
        <Sheet
          label={words.lag.title}
          rows={rows}
          keyOf={(one) => `${one.group} ${one.topic}`}
          columns={[
            { id: "group", label: words.lag.group, fit: "whole", render: (one) => one.group },
            { id: "topic", label: words.lag.topic, render: (one) => <code>{shortened(one.topic)}</code> },
            { id: "behind", label: words.lag.behind, align: "end", render: (one) => <Count value={one.behind} /> },
          ]}
        />
      )}
    </section>
  );
}

/** `framewell.chunk.planned.v1` as `chunk.planned`. */
export function shortened(type: string): string {
  return type.replace(/^framewell\./, "").replace(/\.v1$/, "");
}
