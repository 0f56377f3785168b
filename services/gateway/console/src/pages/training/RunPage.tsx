import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { cancelRun, type Run } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { Page } from "../../parts/Page";
import { Said } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { useSession } from "../../parts/useSession";
import { Time } from "../../parts/values";
import { Losses } from "./Losses";
import { Measures } from "./Measures";
import { Progress } from "./Progress";
import { hasEnded, runOf } from "./queries";
import { RunBadge, Took } from "./Runs";
import { useTrainingWords } from "./words";

/** One run: how far it is, what it lost epoch by epoch, what it measured, and why it ended. */
export function RunPage({ id }: { id: string }) {
  const words = useTrainingWords();
  const { may } = useSession();
  const status = useStatus();
  const queries = useQueryClient();
  const query = useQuery(runOf(id));
  const cancel = useMutation({
    mutationFn: () => cancelRun(id),
    onSuccess: () => {
      status.say(words.runs.cancelled);
      void queries.invalidateQueries({ queryKey: ["runs"] });
    },
  });
  const run = query.data;
  const step = run === undefined ? id : (words.runs.steps[run.step] ?? run.step);
  return (
    <Page
      title={words.runs.title(step)}
      note={<Link href="/training?tab=runs">{words.runs.back}</Link>}
      actions={
        may("admin") &&
        run !== undefined &&
        !hasEnded(run) && (
          <Button look="bad" onPress={() => cancel.mutate()} isDisabled={cancel.isPending}>
            {words.runs.cancel}
          </Button>
        )
      }
    >
      <Sentence error={cancel.error} />
      <Answer query={query}>{(found) => found !== undefined && <Told run={found} />}</Answer>
    </Page>
  );
}

function Told({ run }: { run: Run }) {
  const words = useTrainingWords();
  const failed = run.completed?.outcome?.failed;
  return (
    <div className="stack training-run">
      <div className="card stack">
        <div className="row" aria-live="polite">
          <RunBadge run={run} />
          {!hasEnded(run) && <Progress run={run} />}
          {run.completed?.model !== undefined && (
            <strong className="foreign">
              {run.completed.model.name} {run.completed.model.version}
            </strong>
          )}
        </div>
        {failed !== undefined && (
          <p className="foreign training-said">
            <Said sentence={failed.detail} wording={failed.wording} />
          </p>
        )}
        <Facts run={run} />
        <Parameters run={run} />
      </div>
      {run.epochs.length > 0 && <Losses epochs={run.epochs} />}
      {run.completed !== undefined && run.completed.measures.length > 0 && (
        <section className="card" aria-label={words.measures.title}>
          <Measures completed={run.completed} />
        </section>
      )}
      <Gate run={run} />
    </div>
  );
}

function Facts({ run }: { run: Run }) {
  const words = useTrainingWords();
  const facts: readonly [string, ReactNode][] = [
    [words.runs.asked, <Time key="asked" at={run.requested_at} />],
    [words.runs.by, run.requested_by?.principal || words.nobody],
    [words.lineage.snapshot, run.snapshot_id],
    [words.runs.took, <Took key="took" run={run} />],
    [words.lineage.seed, run.seed],
  ];
  return (
    <dl className="training-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="foreign">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Parameters({ run }: { run: Run }) {
  const words = useTrainingWords();
  return (
    <details>
      <summary>{words.runs.parameters}</summary>
      <dl className="training-facts">
        {Object.entries(run.parameters).map(([name, value]) => (
          <div key={name}>
            <dt lang="en">{name}</dt>
            <dd className="foreign">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Whether it may go into service, check by check. */
function Gate({ run }: { run: Run }) {
  const words = useTrainingWords().gate;
  const checks = run.completed?.checks ?? [];
  if (checks.length === 0) return null;
  return (
    <section className="card" aria-labelledby="run-gate">
      <h2 id="run-gate">{words.title}</h2>
      <ul className="training-lines">
        {checks.map((one) => (
          <li key={one.check}>
            <strong>{one.passed ? words.passed : words.failed}</strong>
            <span className="foreign">
              <Said sentence={one.sentence} wording={one.wording} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
