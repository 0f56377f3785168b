import { useInfiniteQuery } from "@tanstack/react-query";
import { BrainCircuit } from "lucide-react";
import { useState } from "react";
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
  const words = useTrainingWords();
  const shell = useShellWords();
  const query = useInfiniteQuery(candidates);
  const [decided, decide] = useState<Decided>();
  const [traced, trace] = useState<Candidate>();
  const all = sorted(query.data?.pages.flatMap((page) => page.candidates) ?? []);
  const first = all.waiting[0];
  const key = (name: string, letter: string, does: string, decision: Decision) => ({
    id: `training.${name}`,
    key: letter,
    does,
    run: () => first !== undefined && decide({ decision, candidate: first }),
  });
  useKeys(
    operates
      ? [
          key("promote", "p", words.keys.promote, "promote"),
          key("hold", "o", words.keys.hold, first?.hold === undefined ? "hold" : "release"),
        ]
      : [],
  );
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
            <div className="training-pair">
              <section aria-labelledby="training-serves" className="stack">
                <h2 id="training-serves">{words.inService.title}</h2>
                {all.inService.length === 0 ? (
                  <Empty icon={<BrainCircuit aria-hidden="true" />} title={words.inService.none}>
                    {words.inService.noneText}
                  </Empty>
                ) : (
                  <ul className="stack">{all.inService.map(card)}</ul>
                )}
              </section>
              <section aria-labelledby="training-waits" className="stack">
                <h2 id="training-waits">{words.waiting.title}</h2>
                {all.waiting.length === 0 ? (
                  <p className="soft">{words.waiting.none}</p>
                ) : (
                  <ul className="stack">{all.waiting.map(card)}</ul>
                )}
              </section>
            </div>
            {all.others.length > 0 && (
              <section aria-labelledby="training-others" className="stack">
                <h2 id="training-others">{words.earlier.title}</h2>
                <ul className="training-others">{all.others.map(card)}</ul>
              </section>
            )}
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
