import { useInfiniteQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { Link } from "wouter";
import type { Run } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { Empty } from "../../parts/Empty";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { Time } from "../../parts/values";
import { numberIn } from "../../words/formats";
import { useLanguage } from "../../words/language";
import { Progress } from "./Progress";
import { hasEnded, runs, secondsOf } from "./queries";
import { useTrainingWords } from "./words";

const WEIGHTS: Readonly<Record<string, Weight>> = {
  queued: "calm",
  running: "busy",
  done: "good",
  failed: "bad",
  cancelled: "calm",
};

/** Every run, the newest first; those that go on are asked again by themselves. */
export function Runs() {
  const words = useTrainingWords().runs;
  const query = useInfiniteQuery(runs);
  return (
    <Answer query={query}>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.runs);
        if (rows.length === 0) {
          return (
            <Empty icon={<Play aria-hidden="true" />} title={words.none}>
              {words.noneText}
            </Empty>
          );
        }
        return (
          <Sheet label={words.what} rows={rows} keyOf={(one) => one.run_id} more={query} columns={columnsOf(words)} />
        );
      }}
    </Answer>
  );
}

/** How a run stands; on a snapshot without samples there was nothing to learn from, which is no fault. */
function columnsOf(words: ReturnType<typeof useTrainingWords>["runs"]): readonly SheetColumn<Run>[] {
  return [
    { id: "asked", label: words.asked, render: (one) => <Time at={one.requested_at} /> },
    { id: "by", label: words.by, render: (one) => <bdi>{one.requested_by?.principal || "–"}</bdi> },
    {
      id: "what",
      label: words.what,
      fit: "wide",
      render: (one) => (
        <Link href={`/training/${one.run_id}`}>
          {words.steps[one.step] ?? one.step}, <span className="foreign">{one.dataset_id}</span>
        </Link>
      ),
    },
    { id: "state", label: words.state, render: (one) => <RunBadge run={one} /> },
    { id: "progress", label: words.progress, render: (one) => <Far run={one} /> },
    {
      id: "model",
      label: words.model,
      fit: "whole",
      render: (one) =>
        one.completed?.model === undefined ? "–" : `${one.completed.model.name} ${one.completed.model.version}`,
    },
    { id: "took", label: words.took, align: "end", render: (one) => <Took run={one} /> },
  ];
}

export function RunBadge({ run }: { run: Run }) {
  const words = useTrainingWords().runs;
  if (run.completed?.outcome?.failed?.code === "empty_snapshot") return <Badge weight="calm">{words.nothing}</Badge>;
  const state = run.state ?? "";
  return <Badge weight={WEIGHTS[state] ?? "calm"}>{words.states[state] ?? state}</Badge>;
}

function Far({ run }: { run: Run }) {
  if (hasEnded(run)) return <>–</>;
  return <Progress run={run} />;
}

export function Took({ run }: { run: Run }) {
  const words = useTrainingWords().runs;
  const language = useLanguage();
  const seconds = secondsOf(run.completed?.duration);
  return <>{seconds === undefined ? "–" : words.seconds(numberIn(language, seconds, 1))}</>;
}
