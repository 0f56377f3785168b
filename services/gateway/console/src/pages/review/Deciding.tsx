import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Sample, SampleCandidate } from "../../api/generated";
import { type Decision, isFull, undoable } from "../../domain/review-queue";
import { useKeys } from "../../parts/keys";
import { useStatus } from "../../parts/status";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";
import { Actions } from "./Actions";
import { Bulk } from "./Bulk";
import { Card } from "./Card";
import { AHEAD, type Desk, type DeskState } from "./desk";
import { Play } from "./Play";
import { sampleQuery } from "./queries";
import { usePainted } from "./usePainted";
import { WhoElse } from "./WhoElse";

type Open = "who" | "play" | "bulk";

/** The sample that is shown, those behind it, and all that can be done with it. */
export function Deciding({ desk, state, sample }: { desk: Desk; state: DeskState; sample: Sample }) {
  const id = sample.sample_id;
  const { data } = useQuery(sampleQuery(id));
  // What is open is open over one sample: with that it goes.
  const [opened, setOpened] = useState<{ what: Open; over: string }>();
  const open = opened?.over === id ? opened.what : undefined;
  const show = (what: Open) => setOpened({ what, over: id });
  const close = () => setOpened(undefined);
  const alike = data?.alike_count ?? 0;
  const bulk = alike > 1 && !sample.question && sample.class_id !== "";
  const candidates = data?.candidates ?? [];
  const run = useActions(desk, sample, show);
  const is = (candidate: Pick<SampleCandidate, "class_id" | "class_name">) =>
    desk.decide(id, "accept", candidate.class_id, candidate.class_name);
  useDecidingKeys(id, run, candidates, is);
  return (
    <>
      <div className="review-cards">
        {state.samples.slice(0, AHEAD + 1).map((one, place) => (
          <Card key={one.sample_id} sample={one} shown={place === 0} />
        ))}
      </div>
      <Actions
        run={run}
        full={isFull(state.queue)}
        canUndo={undoable(state.queue).length > 0}
        bulk={bulk ? { count: alike, open: () => show("bulk") } : undefined}
      />
      <Announced sample={sample} />
      {open === "who" && (
        <WhoElse
          key={id}
          sample={sample}
          candidates={candidates}
          full={isFull(state.queue)}
          onTake={is}
          onClose={close}
        />
      )}
      {open === "play" && data !== undefined && (
        <Play assetId={sample.provenance?.asset_id ?? ""} seconds={data.start_seconds} onClose={close} />
      )}
      {open === "bulk" && (
        <Bulk key={id} sample={sample} onAccept={(samples) => desk.acceptAll(sample, samples)} onClose={close} />
      )}
    </>
  );
}

/** What the buttons and keys do, each about this sample and no other. */
function useActions(desk: Desk, sample: Sample, show: (what: Open) => void) {
  const words = useWords({ en, de });
  const { say } = useStatus();
  const decide = (decision: Decision) => {
    if (decision === "accept" && sample.class_id === "") show("who");
    else desk.decide(sample.sample_id, decision);
  };
  return {
    accept: () => decide("accept"),
    reject: () => decide("reject"),
    unsure: () => decide("unsure"),
    whoElse: () => show("who"),
    skip: () => desk.skip(sample.sample_id),
    undo: () => {
      const undone = desk.undo();
      if (undone !== undefined) say(words.undone(undone.name || words.nobody));
    },
    play: () => show("play"),
  };
}

/** A key counts once its sample was painted: nobody decides about what they have not seen. */
function useDecidingKeys(
  id: string,
  run: ReturnType<typeof useActions>,
  candidates: readonly SampleCandidate[],
  is: (candidate: SampleCandidate) => void,
): void {
  const words = useWords({ en, de });
  const wasPainted = usePainted(id);
  const seen = (act: () => void) => (event: KeyboardEvent) => {
    if (wasPainted(event)) act();
  };
  useKeys([
    { id: "review.accept", key: "a", does: words.keys.accept, run: seen(run.accept) },
    { id: "review.reject", key: "r", does: words.keys.reject, run: seen(run.reject) },
    { id: "review.unsure", key: "u", does: words.keys.unsure, run: seen(run.unsure) },
    { id: "review.whoElse", key: "e", does: words.keys.whoElse, run: seen(run.whoElse) },
    { id: "review.skip", key: "s", does: words.keys.skip, run: seen(run.skip) },
    { id: "review.undo", key: "z", does: words.keys.undo, run: run.undo },
    { id: "review.play", key: "v", does: words.keys.play, run: seen(run.play) },
    ...candidates.slice(0, 9).map((candidate, place) => ({
      id: `review.offer${place + 1}`,
      key: String(place + 1),
      does: words.keys.offer(place + 1),
      run: seen(() => is(candidate)),
    })),
  ]);
}

/** Names the sample that is shown now to screen readers. */
function Announced({ sample }: { sample: Sample }) {
  const words = useWords({ en, de });
  const title = sample.provenance?.programme?.title || words.untitled;
  const name = sample.class_name === "" ? words.who : words.is(sample.class_name);
  return (
    <p className="for-readers" role="status">
      {words.next(sample.question ? `${words.question}: ${name}` : name, title)}
    </p>
  );
}
