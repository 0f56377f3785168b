import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CheckCheck, ListChecks } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { Sample, SampleCandidate } from "../../api/generated";
import { type Decision, isFull, undoable } from "../../domain/review-queue";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Failed } from "../../parts/Failed";
import { Choose } from "../../parts/fields";
import { useKeys } from "../../parts/keys";
import { Page } from "../../parts/Page";
import { useStatus } from "../../parts/status";
import { useQueryString } from "../../parts/useQueryString";
import { useSession } from "../../parts/useSession";
import { useStore } from "../../parts/useStore";
import { Waiting } from "../../parts/Waiting";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";
import { Actions } from "./Actions";
import { Bulk } from "./Bulk";
import { Card } from "./Card";
import { AHEAD, type Desk, type DeskState, deskOf, type Wanted } from "./desk";
import { Play } from "./Play";
import { sampleQuery, waitingQuery } from "./queries";
import { Side } from "./Side";
import { WhoElse } from "./WhoElse";
import "./review.css";

type Open = "who" | "play" | "bulk";

/** Samples one after the other: two sources, a key, the next. */
export default function Review() {
  const words = useWords({ en, de });
  const { session } = useSession();
  const queries = useQueryClient();
  const [order, setOrder] = useQueryString("order", "oldest");
  const [classId, setClassId] = useQueryString("person");
  const desk = deskOf(session?.principal ?? "", queries);
  const state = useStore(desk.state);
  useDesk(desk, order as Wanted["order"], classId);
  useLost(state);
  const counts = useQuery(waitingQuery());
  const others = (counts.data?.reviewers ?? []).filter((one) => one.id !== session?.principal).map((one) => one.id);
  const waiting = state.queue.unsent.length;
  const left = Math.max(0, (counts.data?.proposed ?? 0) - waiting);
  return (
    <Page
      title={words.title}
      note={counts.data !== undefined && words.left(left)}
      tools={
        <>
          <div className="review-order">
            <Choose
              label={words.order}
              labelHidden
              choices={(["oldest", "doubtful", "person"] as const).map((value) => ({
                value: value as string,
                label: words.orders[value],
              }))}
              value={order}
              onChange={setOrder}
            />
          </div>
          <div className="review-order">
            <Choose
              label={words.person}
              labelHidden
              choices={[
                { value: "all", label: words.everybody },
                ...(counts.data?.classes ?? [])
                  .filter((one) => one.id !== "")
                  .map((one) => ({ value: one.id, label: `${one.name || one.id} (${one.count})` })),
              ]}
              value={classId || "all"}
              onChange={(value) => setClassId(value === "all" ? "" : value)}
            />
          </div>
          {others.length > 0 && <span className="soft foreign">{words.others(others.join(", "))}</span>}
        </>
      }
      whole
    >
      <div className="review">
        <div className="review-work">
          <Work desk={desk} state={state} filtered={classId !== ""} all={() => setClassId("")} />
        </div>
        <Side desk={desk} state={state} />
      </div>
    </Page>
  );
}

/** Holds the desk for as long as the page is shown, and gives it back with the tab. */
function useDesk(desk: Desk, order: Wanted["order"], classId: string): void {
  useEffect(() => {
    desk.enter({ order, classId });
    const leave = () => desk.leave();
    const back = (event: PageTransitionEvent) => event.persisted && desk.enter({ order, classId });
    const stay = (event: BeforeUnloadEvent) => desk.state.get().queue.unsent.length > 0 && event.preventDefault();
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", back);
    window.addEventListener("beforeunload", stay);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      window.removeEventListener("beforeunload", stay);
      desk.leave();
    };
  }, [desk, order, classId]);
}

/** Says when somebody else took what was on the screen. */
function useLost({ lost }: DeskState): void {
  const words = useWords({ en, de });
  const { warn } = useStatus();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each loss, whatever the status line is made of
  useEffect(() => {
    if (lost !== undefined) warn(`${words.lost} ${lost.sentence}`);
  }, [lost?.at]);
}

function Work({ desk, state, filtered, all }: { desk: Desk; state: DeskState; filtered: boolean; all: () => void }) {
  const words = useWords({ en, de });
  const [sample] = state.samples;
  if (sample !== undefined) return <Deciding desk={desk} state={state} sample={sample} />;
  if (state.error !== undefined) return <Failed error={state.error} retry={() => desk.again()} />;
  if (!state.empty) return <Waiting rows={12} />;
  return (
    <Empty
      icon={state.skipped > 0 ? <ListChecks aria-hidden="true" /> : <CheckCheck aria-hidden="true" />}
      title={filtered ? words.empty.filtered : words.empty.title}
      action={
        state.skipped > 0 ? (
          <Button onPress={() => desk.again()}>{words.again}</Button>
        ) : (
          filtered && <Button onPress={all}>{words.empty.all}</Button>
        )
      }
    >
      {state.skipped > 0 ? `${words.skipped(state.skipped)}. ${words.empty.skippedText}` : words.empty.text}
    </Empty>
  );
}

function Deciding({ desk, state, sample }: { desk: Desk; state: DeskState; sample: Sample }) {
  const words = useWords({ en, de });
  const { data } = useQuery(sampleQuery(sample.sample_id));
  const [open, setOpen] = useState<Open>();
  const full = isFull(state.queue);
  const alike = data?.alike_count ?? 0;
  const bulk = alike > 1 && !sample.question && sample.class_id !== "";
  const candidates = data?.candidates ?? [];
  const decide = (decision: Decision) => {
    if (decision === "accept" && sample.class_id === "") setOpen("who");
    else desk.decide(decision);
  };
  const is = (candidate: Pick<SampleCandidate, "class_id" | "class_name">) =>
    desk.decide("accept", candidate.class_id, candidate.class_name);
  const { say } = useStatus();
  const undo = () => {
    const undone = desk.undo();
    if (undone !== undefined) say(words.undone(undone.name || words.nobody));
  };
  const run = {
    accept: () => decide("accept"),
    reject: () => decide("reject"),
    unsure: () => decide("unsure"),
    whoElse: () => setOpen("who"),
    skip: () => desk.skip(),
    undo,
    play: () => setOpen("play"),
  };
  useKeys([
    { id: "review.accept", key: "a", does: words.keys.accept, run: run.accept },
    { id: "review.reject", key: "r", does: words.keys.reject, run: run.reject },
    { id: "review.unsure", key: "u", does: words.keys.unsure, run: run.unsure },
    { id: "review.whoElse", key: "e", does: words.keys.whoElse, run: run.whoElse },
    { id: "review.skip", key: "s", does: words.keys.skip, run: run.skip },
    { id: "review.undo", key: "z", does: words.keys.undo, run: run.undo },
    { id: "review.play", key: "v", does: words.keys.play, run: run.play },
    ...candidates.slice(0, 9).map((candidate, place) => ({
      id: `review.offer${place + 1}`,
      key: String(place + 1),
      does: words.keys.offer(place + 1),
      run: () => is(candidate),
    })),
  ]);
  const close = useCallback(() => setOpen(undefined), []);
  return (
    <>
      <div className="review-cards">
        {state.samples.slice(0, AHEAD + 1).map((one, place) => (
          <Card key={one.sample_id} sample={one} shown={place === 0} />
        ))}
      </div>
      <Actions
        run={run}
        full={full}
        canUndo={undoable(state.queue).length > 0}
        bulk={bulk ? { count: alike, open: () => setOpen("bulk") } : undefined}
      />
      <Announced sample={sample} />
      {open === "who" && <WhoElse sample={sample} candidates={candidates} onTake={is} onClose={close} />}
      {open === "play" && data !== undefined && (
        <Play assetId={sample.provenance?.asset_id ?? ""} seconds={data.start_seconds} onClose={close} />
      )}
      {open === "bulk" && <Bulk sample={sample} onAccept={(samples) => desk.acceptAll(samples)} onClose={close} />}
    </>
  );
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
