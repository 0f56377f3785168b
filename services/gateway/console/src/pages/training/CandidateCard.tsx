import { Check, GitBranch, Hand, Undo2, X } from "lucide-react";
import type { Candidate, PromotionCheck } from "../../api/generated";
import { Badge, type Weight } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Said } from "../../parts/Said";
import { Time } from "../../parts/values";
import type { Decision } from "./DecideDialog";
import { Measures } from "./Measures";
import { useTrainingWords } from "./words";

const WEIGHTS: Readonly<Record<string, Weight>> = { promoted: "good", waits: "wait", refused: "bad" };

/** One version: what it measured beside what served, what the gate said, and what can be decided. */
export function CandidateCard({
  candidate,
  operates,
  onDecide,
  onTrace,
}: {
  candidate: Candidate;
  operates: boolean;
  onDecide: (decision: Decision) => void;
  onTrace: () => void;
}) {
  const words = useTrainingWords();
  const name = `${candidate.model?.name} ${candidate.model?.version}`;
  return (
    <article className="card training-card" aria-label={name} data-serves={candidate.in_service}>
      <header className="training-head">
        <div>
          <h3 className="foreign">{name}</h3>
          <p className="soft">
            {words.snapshot(candidate.snapshot_number)} · {words.classes(candidate.class_count)}
          </p>
        </div>
        <Standing candidate={candidate} />
      </header>
      <WhoDecided candidate={candidate} />
      {candidate.completed !== undefined && <Measures completed={candidate.completed} />}
      <Gate checks={candidate.completed?.checks ?? []} open={!candidate.in_service} />
      <footer className="row">
        {operates && candidate.withdrawn === "" && <Actions candidate={candidate} onDecide={onDecide} />}
        <Button look="bare" onPress={onTrace} aria-label={`${words.actions.lineage}: ${name}`}>
          <GitBranch aria-hidden="true" />
          {words.actions.lineage}
        </Button>
      </footer>
    </article>
  );
}

function Standing({ candidate }: { candidate: Candidate }) {
  const words = useTrainingWords();
  if (candidate.withdrawn !== "") return <Badge weight="bad">{words.earlier.withdrawn}</Badge>;
  if (candidate.in_service) return <Badge weight="good">{words.inService.title}</Badge>;
  if (candidate.hold !== undefined) {
    return (
      <Badge weight="wait" icon={Hand}>
        {words.held}
      </Badge>
    );
  }
  const verdict = candidate.completed?.verdict ?? "";
  return <Badge weight={WEIGHTS[verdict] ?? "calm"}>{words.verdicts[verdict] ?? verdict}</Badge>;
}

/** Who put it into service, who holds it, or why it must not be used: in their words. */
function WhoDecided({ candidate }: { candidate: Candidate }) {
  const words = useTrainingWords();
  if (candidate.withdrawn !== "") {
    return (
      <p className="foreign training-said">
        <Said sentence={candidate.withdrawn} wording={candidate.withdrawn_wording} />
      </p>
    );
  }
  const hold = candidate.hold;
  if (hold !== undefined) {
    return (
      <p className="foreign training-said" dir="auto">
        {words.heldBy} {hold.actor?.principal || words.nobody}, <Time at={hold.actor?.decided_at} ago />: {hold.reason}
      </p>
    );
  }
  const by = candidate.promoted_by;
  if (by === undefined) return null;
  return (
    <p className="soft foreign" dir="auto">
      {words.inService.since} <Time at={by.decided_at} />,{" "}
      {by.authority === "rule" ? words.rule : `${words.inService.by} ${by.principal}`}
      {candidate.promoted_because !== "" && (
        <>
          : <q>{candidate.promoted_because}</q>
        </>
      )}
    </p>
  );
}

function Gate({ checks, open }: { checks: readonly PromotionCheck[]; open: boolean }) {
  const words = useTrainingWords().gate;
  if (checks.length === 0) return null;
  const passed = checks.filter((one) => one.passed).length;
  return (
    <details open={open}>
      <summary>
        {words.title}: {words.all(passed, checks.length)}
      </summary>
      <ul className="training-checks">
        {checks.map((one) => (
          <li key={one.check} data-passed={one.passed}>
            {one.passed ? <Check aria-hidden="true" /> : <X aria-hidden="true" />}
            <span className="for-readers">{one.passed ? words.passed : words.failed}: </span>
            <span className="foreign">
              <Said sentence={one.sentence} wording={one.wording} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Actions({ candidate, onDecide }: { candidate: Candidate; onDecide: (decision: Decision) => void }) {
  const words = useTrainingWords();
  const name = `${candidate.model?.name} ${candidate.model?.version}`;
  if (candidate.in_service) {
    return (
      <Button onPress={() => onDecide("rollback")}>
        <Undo2 aria-hidden="true" />
        {words.inService.back}
      </Button>
    );
  }
  if (candidate.hold !== undefined) {
    return (
      <Button onPress={() => onDecide("release")} aria-label={`${words.actions.release}: ${name}`}>
        {words.actions.release}
      </Button>
    );
  }
  return (
    <>
      <Button look="main" onPress={() => onDecide("promote")} aria-label={`${words.actions.promote}: ${name}`}>
        {words.actions.promote}
      </Button>
      <Button onPress={() => onDecide("hold")} aria-label={`${words.actions.hold}: ${name}`}>
        <Hand aria-hidden="true" />
        {words.actions.hold}
      </Button>
    </>
  );
}
