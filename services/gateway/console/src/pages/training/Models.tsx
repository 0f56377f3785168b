import { useInfiniteQuery } from "@tanstack/react-query";
import { BrainCircuit } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Candidate } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { useKeys } from "../../parts/keys";
import { useShellWords } from "../../words/shell";
import { CandidateCard } from "./CandidateCard";
import { DecideDialog, type Decision } from "./DecideDialog";
import { LineageDialog } from "./LineageDialog";
import { candidates, sorted } from "./queries";
import { useTrainingWords } from "./words";

interface Decided {
  decision: Decision;
  candidate: Candidate;
}

/** What serves, and what waits for a person, side by side; every other version below. */
export function Models({ operates }: { operates: boolean }) {
  const shell = useShellWords();
  const query = useInfiniteQuery(candidates);
  const [decided, decide] = useState<Decided>();
  const [traced, trace] = useState<Candidate>();
  const all = sorted(query.data?.pages.flatMap((page) => page.candidates) ?? []);
  useDecisionKeys(operates, all.waiting[0], decide);
  const card = (candidate: Candidate) => (
    <li key={`${candidate.model?.name}@${candidate.model?.version}`}>
      <CandidateCard
        candidate={candidate}
        operates={operates}
        onDecide={(decision) => decide({ decision, candidate })}
        onTrace={() => trace(candidate)}
      />
    </li>
  );
  return (
    <>
      <Answer query={query}>
        {() => (
          <div className="stack">
            <Groups candidates={all} card={card} />
            {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{shell.more}</Button>}
          </div>
        )}
      </Answer>
      {decided !== undefined && (
        <DecideDialog decision={decided.decision} candidate={decided.candidate} onClose={() => decide(undefined)} />
      )}
      {traced !== undefined && <LineageDialog candidate={traced} onClose={() => trace(undefined)} />}
    </>
  );
}

/** What serves beside what waits; every other version below. */
function Groups({
  candidates: { inService, waiting, others },
  card,
}: {
  candidates: ReturnType<typeof sorted>;
  card: (candidate: Candidate) => ReactNode;
}) {
  const words = useTrainingWords();
  return (
    <>
      <div className="training-pair">
        <section aria-labelledby="training-serves" className="stack">
          <h2 id="training-serves">{words.inService.title}</h2>
          {inService.length === 0 ? (
            <Empty icon={<BrainCircuit aria-hidden="true" />} title={words.inService.none}>
              {words.inService.noneText}
            </Empty>
          ) : (
            <ul className="stack">{inService.map(card)}</ul>
          )}
        </section>
        <section aria-labelledby="training-waits" className="stack">
          <h2 id="training-waits">{words.waiting.title}</h2>
          {waiting.length === 0 ? (
            <p className="soft">{words.waiting.none}</p>
          ) : (
            <ul className="stack">{waiting.map(card)}</ul>
          )}
        </section>
      </div>
      {others.length > 0 && (
        <section aria-labelledby="training-others" className="stack">
          <h2 id="training-others">{words.earlier.title}</h2>
          <ul className="training-others">{others.map(card)}</ul>
        </section>
      )}
    </>
  );
}

/** Keys that decide about the candidate that has waited first. */
function useDecisionKeys(operates: boolean, first: Candidate | undefined, decide: (decided: Decided) => void): void {
  const words = useTrainingWords().keys;
  const run = (decision: Decision) => first !== undefined && decide({ decision, candidate: first });
  const hold = first?.hold === undefined ? "hold" : "release";
  useKeys(
    operates
      ? [
          { id: "training.promote", key: "p", does: words.promote, run: () => run("promote") },
          { id: "training.hold", key: "o", does: words.hold, run: () => run(hold) },
        ]
      : [],
  );
}
