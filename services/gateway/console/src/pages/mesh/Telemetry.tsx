import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ProcessTelemetry } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { Percent, Time } from "../../parts/values";
import { type ShellWords, useShellWords } from "../../words/shell";
import { telemetryNow } from "./queries";
import { TelemetryDialog } from "./TelemetryDialog";
import { useMeshWords } from "./words";

/** How much every process logs and traces; can be changed while they run. */
export function Telemetry({ operates }: { operates: boolean }) {
  const words = useMeshWords().telemetry;
  const shell = useShellWords();
  const query = useQuery(telemetryNow);
  const [changing, setChanging] = useState(false);
  return (
    <section aria-labelledby="mesh-telemetry" className="mesh-part">
      <div className="mesh-head">
        <h2 id="mesh-telemetry">{words.title}</h2>
        {operates && <Button onPress={() => setChanging(true)}>{words.change}</Button>}
      </div>
      <Answer query={query} small>
        {(data) => (
          <Sheet
            label={words.title}
            rows={data.processes}
            keyOf={(one) => `${one.service} ${one.address}`}
            columns={columnsOf(words, shell)}
          />
        )}
      </Answer>
      {changing && <TelemetryDialog onClose={() => setChanging(false)} />}
    </section>
  );
}

function columnsOf(
  words: ReturnType<typeof useMeshWords>["telemetry"],
  shell: ShellWords,
): readonly SheetColumn<ProcessTelemetry>[] {
  return [
    { id: "service", label: words.service, render: (one) => shell.services[one.service] ?? one.service },
    { id: "address", label: words.process, render: (one) => <code>{one.address}</code> },
    { id: "level", label: words.level, render: (one) => <Levels process={one} /> },
    {
      id: "traces",
      label: words.traces,
      align: "end",
      render: ({ telemetry }) => (telemetry === undefined ? "–" : <Percent share={telemetry.trace_sample} />),
    },
    {
      id: "reverts",
      label: words.reverts,
      render: ({ telemetry }) =>
        telemetry?.reverts_at === undefined ? words.stays : <Time at={telemetry.reverts_at} ago />,
    },
  ];
}

function Levels({ process }: { process: ProcessTelemetry }) {
  const words = useMeshWords().telemetry;
  const { telemetry } = process;
  if (telemetry === undefined) {
    return (
      <span className="foreign">
        <Said sentence={process.away} wording={process.away_wording} />
      </span>
    );
  }
  const own = Object.entries(telemetry.loggers).map(([name, level]) => `${name}: ${level}`);
  return (
    <>
      {words.levels[telemetry.log_level] ?? telemetry.log_level}
      {own.length > 0 && <span className="small soft foreign"> · {own.join(", ")}</span>}
    </>
  );
}
