import { useQuery } from "@tanstack/react-query";
import { Check, CircleDashed, CircleHelp, CircleSlash, LoaderCircle, type LucideIcon, User, X } from "lucide-react";
import { Link } from "wouter";
import type { Candidate, FateStep, RightsChangeFate } from "../../api/generated";
import { ProblemError } from "../../api/problems";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { IconButton } from "../../parts/Button";
import { Missing } from "../../parts/Missing";
import { Sheet } from "../../parts/Sheet";
import { Time } from "../../parts/values";
import { useShellWords } from "../../words/shell";
import { changeOf, useTakenUp } from "./queries";
import { StatementList } from "./StatementList";
import { SubjectName } from "./SubjectName";
import { useRightsWords } from "./words";

/** A change followed fact by fact: its five steps, and below them what each is made of. */
export function ChangeProgress({ id, onClose }: { id: string; onClose: () => void }) {
  const words = useRightsWords();
  const shell = useShellWords();
  const takenUp = useTakenUp(id);
  const query = useQuery({ ...changeOf(id), enabled: takenUp });
  const unknown = query.failureReason instanceof ProblemError && query.failureReason.status === 404;
  return (
    <section className="card rights-progress" aria-labelledby="rights-progress">
      <div className="rights-head">
        <div>
          <h2 id="rights-progress">{words.fate.title}</h2>
          {query.data?.change !== undefined && (
            <p>
              <SubjectName subject={query.data.change.subject} title={query.data.change.title} />{" "}
              <span className="soft">
                · {query.data.change.actor?.principal || words.nobody} · <Time at={query.data.change.received_at} />
              </span>
            </p>
          )}
        </div>
        <IconButton label={shell.close} icon={<X />} onPress={onClose} />
      </div>
      {!takenUp || (query.data === undefined && unknown && query.error === null) ? (
        <p role="status">{words.fate.notTaken}</p>
      ) : (
        <Answer query={query} small>
          {(fate) => <Followed fate={fate} />}
        </Answer>
      )}
    </section>
  );
}

function Followed({ fate }: { fate: RightsChangeFate }) {
  const words = useRightsWords();
  return (
    <div className="stack">
      <ol className="rights-steps" aria-live="polite">
        {fate.steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      <Missing sentences={fate.missing} wordings={fate.missing_wordings} />
      <Statements fate={fate} />
      {fate.snapshots.length > 0 && (
        <div className="rights-part">
          <h3>{words.fate.replaced}</h3>
          <Sheet
            label={words.fate.replaced}
            rows={fate.snapshots}
            keyOf={(one) => one.snapshot_id}
            columns={[
              { id: "before", label: words.fate.before, render: (one) => <>№ {one.number}</> },
              {
                id: "after",
                label: words.fate.after,
                render: (one) => (one.successor_number > 0 ? <>№ {one.successor_number}</> : words.fate.notYet),
              },
              {
                id: "when",
                label: words.changes.when,
                render: (one) => <Time at={one.successor_published_at} />,
              },
            ]}
          />
        </div>
      )}
      <Models title={words.fate.withdrawnModels} models={fate.models_withdrawn ?? []} gone />
      <Models title={words.fate.newModels} models={fate.models ?? []} />
      <Touched fate={fate} />
    </div>
  );
}

const ICONS: Readonly<Record<string, LucideIcon>> = {
  waiting: CircleDashed,
  under_way: LoaderCircle,
  done: Check,
  not_needed: CircleSlash,
  person: User,
  failed: X,
  unknown: CircleHelp,
};

const WEIGHTS: Readonly<Record<string, Weight>> = {
  waiting: "calm",
  under_way: "busy",
  done: "good",
  not_needed: "calm",
  person: "wait",
  failed: "bad",
  unknown: "wait",
};

function Step({ step }: { step: FateStep }) {
  const words = useRightsWords();
  const state = step.state ?? "unknown";
  return (
    <li className="rights-step" data-state={state}>
      <span className="rights-step-name">{words.fate.steps[step.step] ?? step.step}</span>
      <Badge weight={WEIGHTS[state] ?? "calm"} icon={ICONS[state] ?? CircleHelp}>
        {words.fate.states[state] ?? state}
      </Badge>
      <span className="soft small">{step.total > 0 ? words.fate.of(step.done, step.total) : " "}</span>
    </li>
  );
}

function Statements({ fate }: { fate: RightsChangeFate }) {
  const words = useRightsWords();
  const statements = fate.change?.statements ?? [];
  if (statements.length === 0) return null;
  return (
    <div className="rights-part">
      <h3>{words.fate.statements}</h3>
      <StatementList statements={statements} />
    </div>
  );
}

function Models({ title, models, gone = false }: { title: string; models: readonly Candidate[]; gone?: boolean }) {
  const words = useRightsWords();
  if (models.length === 0) return null;
  return (
    <div className="rights-part">
      <h3>{title}</h3>
      <ul className="rights-lines">
        {models.map((one) => (
          <li key={`${one.model?.name}${one.model?.version}`} className="row">
            <span className="foreign">
              {one.model?.name} {one.model?.version}
            </span>
            {!gone && one.in_service && <Badge weight="good">{words.fate.inService}</Badge>}
            {!gone && !one.in_service && one.withdrawn === "" && (
              <>
                <Badge weight="wait" icon={User}>
                  {one.hold === undefined ? words.fate.waits : words.fate.held}
                </Badge>
                <Link href="/training">{words.fate.toTraining}</Link>
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Touched({ fate }: { fate: RightsChangeFate }) {
  const words = useRightsWords();
  if (fate.samples.length === 0) return null;
  return (
    <details>
      <summary>
        {words.fate.touched}
        {fate.samples.length < touchedBy(fate) && ` (${words.fate.first(fate.samples.length)})`}
      </summary>
      <ul className="rights-lines">
        {fate.samples.map((one) => (
          <li key={one.sample_id} className="row">
            <code className="foreign">{one.sample_id}</code>
            <span className="soft">{words.fate.effects[one.effect] ?? one.effect}</span>
            <Link href={`/assets/${one.asset_id}`}>{words.subject.asset_id}</Link>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** How many samples the change has touched in all. */
function touchedBy({ change }: RightsChangeFate): number {
  if (change === undefined) return 0;
  return change.samples_withdrawn + change.samples_withheld + change.samples_proposed + change.samples_repriced;
}
