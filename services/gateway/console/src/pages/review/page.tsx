import { useQuery, useQueryClient } from "@tanstack/react-query";
import { AppWindow, CheckCheck, ListChecks } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { CountSamplesResponse } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Failed } from "../../parts/Failed";
import { Choose } from "../../parts/fields";
import { Page } from "../../parts/Page";
import { useSaid } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { useQueryString } from "../../parts/useQueryString";
import { useSession } from "../../parts/useSession";
import { useStore } from "../../parts/useStore";
import { Waiting } from "../../parts/Waiting";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";
import { Deciding } from "./Deciding";
import { type Desk, type DeskState, deskOf } from "./desk";
import type { Wanted } from "./mesh";
import { waitingQuery } from "./queries";
import { Side } from "./Side";
import { type Place, Seat } from "./seat";
import "./review.css";

/** Samples one after the other: two sources, a key, the next. */
export default function Review() {
  const words = useWords({ en, de });
  const { session } = useSession();
  const queries = useQueryClient();
  const [order, setOrder] = useQueryString("order", "oldest");
  const [classId, setClassId] = useQueryString("person");
  const desk = deskOf(session?.principal ?? "", queries);
  const state = useStore(desk.state);
  const { place, take } = useSeat(desk, session?.principal ?? "");
  useDesk(desk, place === "here", order as Wanted["order"], classId);
  useLost(state);
  const counts = useQuery(waitingQuery());
  useMore(desk, state.empty, counts.dataUpdatedAt);
  const waiting = state.queue.unsent.length;
  const left = Math.max(0, (counts.data?.proposed ?? 0) - waiting);
  return (
    <Page
      title={words.title}
      note={counts.data !== undefined && words.left(left)}
      tools={<Tools order={order} onOrder={setOrder} classId={classId} onPerson={setClassId} counts={counts.data} />}
      whole
    >
      <div className="review">
        <div className="review-work">
          {place === "elsewhere" ? (
            <Elsewhere take={take} />
          ) : (
            <Work
              key={session?.principal}
              desk={desk}
              state={state}
              filtered={classId !== ""}
              all={() => setClassId("")}
            />
          )}
        </div>
        <Side desk={desk} state={state} />
      </div>
    </Page>
  );
}

/** Which samples come, in which order, and who else reviews. */
function Tools({
  order,
  onOrder,
  classId,
  onPerson,
  counts,
}: {
  order: string;
  onOrder: (order: string) => void;
  /** Empty for everybody. */
  classId: string;
  onPerson: (classId: string) => void;
  counts: CountSamplesResponse | undefined;
}) {
  const words = useWords({ en, de });
  const { session } = useSession();
  const others = (counts?.reviewers ?? []).filter((one) => one.id !== session?.principal).map((one) => one.id);
  const people = (counts?.classes ?? []).filter((one) => one.id !== "");
  return (
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
          onChange={onOrder}
        />
      </div>
      <div className="review-order">
        <Choose
          label={words.person}
          labelHidden
          choices={[
            { value: "all", label: words.everybody },
            ...people.map((one) => ({ value: one.id, label: `${one.name || one.id} (${one.count})` })),
          ]}
          value={classId || "all"}
          onChange={(value) => onPerson(value === "all" ? "" : value)}
        />
      </div>
      {others.length > 0 && <span className="soft foreign">{words.others(others.join(", "))}</span>}
    </>
  );
}

/** Whether this tab reviews, of all that show this page, and what makes it the one. */
function useSeat(desk: Desk, principal: string): { place: Place; take: () => void } {
  const seat = useMemo(() => new Seat(`framewell-review:${principal}`, () => desk.leave()), [desk, principal]);
  useEffect(() => {
    seat.sit();
    return () => void seat.end();
  }, [seat]);
  return { place: useStore(seat.state), take: () => void seat.take() };
}

/** Holds the desk for as long as this tab reviews, and gives it back with the tab. */
function useDesk(desk: Desk, here: boolean, order: Wanted["order"], classId: string): void {
  useEffect(() => {
    if (here) desk.enter({ order, classId });
  }, [desk, here, order, classId]);
  const wanted = useRef<Wanted>({ order, classId });
  wanted.current = { order, classId };
  useEffect(() => {
    if (!here) return;
    const leave = () => void desk.leave();
    const back = (event: PageTransitionEvent) => event.persisted && desk.enter(wanted.current);
    const look = () => document.visibilityState === "visible" && desk.look();
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", back);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      document.removeEventListener("visibilitychange", look);
      leave();
    };
  }, [desk, here]);
}

/** Says when somebody else took what was on the screen. */
function useLost({ lost }: DeskState): void {
  const words = useWords({ en, de });
  const { warn } = useStatus();
  const said = useSaid();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each loss, whatever the status line is made of
  useEffect(() => {
    if (lost === undefined) return;
    warn([words.lost, words.refusals[lost.reason], said(lost.sentence, lost.wording)].filter(Boolean).join(" "));
  }, [lost?.at]);
}

/** Looks for more whenever there may be new samples and none lies here. */
function useMore(desk: Desk, empty: boolean, countedAt: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: every count may be of new ones
  useEffect(() => {
    if (empty) desk.look();
  }, [desk, empty, countedAt]);
}

/** The person reviews in another tab: what is leased there is not shown here, too. */
function Elsewhere({ take }: { take: () => void }) {
  const words = useWords({ en, de }).elsewhere;
  return (
    <Empty
      icon={<AppWindow aria-hidden="true" />}
      title={words.title}
      action={<Button onPress={take}>{words.take}</Button>}
    >
      {words.text}
    </Empty>
  );
}

function Work({ desk, state, filtered, all }: { desk: Desk; state: DeskState; filtered: boolean; all: () => void }) {
  const words = useWords({ en, de });
  const [sample] = state.samples;
  const skipped = state.skipped.length;
  if (sample !== undefined) return <Deciding desk={desk} state={state} sample={sample} />;
  if (state.error !== undefined) return <Failed error={state.error} retry={() => desk.look()} />;
  if (!state.empty) return <Waiting rows={12} />;
  return (
    <Empty
      icon={skipped > 0 ? <ListChecks aria-hidden="true" /> : <CheckCheck aria-hidden="true" />}
      title={filtered ? words.empty.filtered : words.empty.title}
      action={
        skipped > 0 ? (
          <Button onPress={() => desk.again()}>{words.again}</Button>
        ) : (
          filtered && <Button onPress={all}>{words.empty.all}</Button>
        )
      }
    >
      {skipped > 0 ? `${words.skipped(skipped)}. ${words.empty.skippedText}` : words.empty.text}
    </Empty>
  );
}
