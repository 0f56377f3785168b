import { useVirtualizer } from "@tanstack/react-virtual";
import { History, MessageSquareText, Scale, ScanText, UsersRound } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import type { AssetView, GetRightsResponse, ListEventsResponse } from "../../api/generated";
import { type Lane, longestOf, spanAt } from "../../domain/lanes";
import { type Clock, ptsAt, secondsOf } from "../../domain/timeline";
import { Badge, WordOf } from "../../parts/Badge";
import { Empty } from "../../parts/Empty";
import { SearchField } from "../../parts/fields";
import { Missing } from "../../parts/Missing";
import { Refusal } from "../../parts/Refusal";
import { useStore } from "../../parts/useStore";
import { Time } from "../../parts/values";
import { type ListedMoment, MomentList } from "../../player/MomentList";
import type { Playback } from "../../player/playback";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { percentIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import type { People, SeenSomebody } from "./data";
import { nameOf } from "./lanes";

export interface PanelProps {
  playback: Playback | undefined;
  timeOf: (pts: number) => string;
  go: (pts: number) => void;
}

export function PeoplePanel({ data, done, ...panel }: { data: People; done: boolean } & PanelProps) {
  const words = useWords({ en, de });
  if (data.people.length === 0) {
    return <Empty icon={<UsersRound />} title={done ? words.noPeople : words.noPeopleYet} small />;
  }
  return (
    <>
      <Missing sentences={data.missing} />
      <Everybody people={data.people} {...panel} />
    </>
  );
}

/** A programme of hours has hundreds of unknown people: those in sight are drawn. */
function Everybody({ people, ...panel }: { people: People["people"] } & PanelProps) {
  const words = useWords({ en, de });
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: people.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 96,
    overscan: 4,
    getItemKey: (index) => people[index]?.id ?? index,
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not in the document
    <div ref={scroller} className="programme-scroll" role="list" aria-label={words.tabs.people}>
      <div role="presentation" style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((row) => {
          const one = people[row.index];
          if (one === undefined) return null;
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              role="listitem"
              aria-posinset={row.index + 1}
              aria-setsize={people.length}
              className="moment-row programme-person"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Somebody one={one} {...panel} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const SHOWN = 6;

function Somebody({ one, timeOf, go }: { one: SeenSomebody } & PanelProps) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const [all, setAll] = useState(false);
  const name = nameOf(one, words);
  const sentence = one.appearances[0]?.sentence ?? "";
  const shown = all ? one.appearances.slice(0, 500) : one.appearances.slice(0, SHOWN);
  return (
    <>
      <div className="row">
        <WordOf by="model">{name}</WordOf>
        {one.score !== undefined && one.classId !== "" && (
          <span className="soft">{words.sure(percentIn(language, one.score))}</span>
        )}
        <span className="soft">{words.appearances(one.appearances.length)}</span>
        {one.classId !== "" && <Link href={`/people/${one.classId}`}>{words.openPerson}</Link>}
      </div>
      {sentence !== "" && (
        <p className="small soft foreign" lang="en">
          {sentence}
        </p>
      )}
      <div className="programme-times">
        {shown.map((each) => (
          <button
            type="button"
            key={each.observation_id}
            className="programme-time"
            onClick={() => go(each.moment?.pts ?? each.span?.start_pts ?? 0)}
          >
            {timeOf(each.moment?.pts ?? each.span?.start_pts ?? 0)}
          </button>
        ))}
        {one.appearances.length > shown.length && (
          <button type="button" className="programme-time" onClick={() => setAll(true)} disabled={all}>
            +{one.appearances.length - shown.length}
          </button>
        )}
      </div>
    </>
  );
}

export function TextPanel({ view, timeOf, go, playback }: { view: AssetView } & PanelProps) {
  const words = useWords({ en, de });
  const moments = useMemo(
    () =>
      (view.text ?? []).map(
        (one, at): ListedMoment => ({
          id: `${at}`,
          pts: one.spans[0]?.start_pts ?? 0,
          label: one.text,
          note: one.spans.length > 1 ? words.times(one.spans.length) : undefined,
        }),
      ),
    [view.text, words],
  );
  return (
    <Searchable
      moments={moments}
      textOf={(moment) => String(moment.label)}
      empty={<Empty icon={<ScanText />} title={words.noText} small />}
      label={words.tabs.text}
      playback={playback}
      timeOf={timeOf}
      go={go}
    />
  );
}

export function SpeechPanel({ view, clock, ...panel }: { view: AssetView; clock: Clock } & PanelProps) {
  const words = useWords({ en, de });
  const spoken = useMemo(
    () =>
      (view.speech ?? []).map((one, at) => ({
        id: `${at}`,
        text: one.text,
        start: ptsAt(clock, secondsOf(one.start)),
        end: ptsAt(clock, secondsOf(one.end)),
      })),
    [view.speech, clock],
  );
  const moments = useMemo(
    () =>
      spoken.map(
        (one): ListedMoment => ({
          id: one.id,
          pts: one.start,
          label: one.text === "" ? <em className="soft">{words.unsaid}</em> : one.text,
        }),
      ),
    [spoken, words],
  );
  const spans = useMemo(() => spoken.map((one) => ({ start: one.start, end: one.end, label: one.id })), [spoken]);
  return (
    <Searchable
      moments={moments}
      textOf={(moment) => spoken[Number(moment.id)]?.text ?? ""}
      spans={spans}
      empty={
        <Empty icon={<MessageSquareText />} title={words.noSpeech} small>
          {words.noSpeechHelp}
        </Empty>
      }
      label={words.tabs.speech}
      {...panel}
    />
  );
}

const NO_SPANS: Lane["spans"] = [];

/** Moments to search; what is played now is marked where their spans are known. */
function Searchable({
  moments,
  textOf,
  spans = NO_SPANS,
  empty,
  label,
  playback,
  timeOf,
  go,
}: {
  moments: readonly ListedMoment[];
  textOf: (moment: ListedMoment) => string;
  spans?: Lane["spans"];
  empty: React.ReactNode;
  label: string;
} & PanelProps) {
  const words = useWords({ en, de });
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLocaleLowerCase();
  const shown = wanted === "" ? moments : moments.filter((one) => textOf(one).toLocaleLowerCase().includes(wanted));
  if (moments.length === 0) return empty;
  const list = { label, moments: shown, timeOf, onGo: (moment: ListedMoment) => go(moment.pts) };
  return (
    <div className="programme-panel">
      {moments.length > 5 && <SearchField label={words.follow} value={typed} onChange={setTyped} />}
      {playback === undefined || spans.length === 0 ? (
        <MomentList {...list} />
      ) : (
        <Following {...list} playback={playback} spans={spans} />
      )}
    </div>
  );
}

function Following({
  playback,
  spans,
  ...list
}: React.ComponentProps<typeof MomentList> & { playback: Playback; spans: Lane["spans"] }) {
  const longest = useMemo(() => longestOf(spans), [spans]);
  const pts = useStore(playback.position);
  return <MomentList {...list} current={spanAt(spans, longest, pts)?.label} />;
}

export function RightsPanel({ data }: { data: GetRightsResponse }) {
  const words = useWords({ en, de });
  if (data.decisions.length === 0) {
    return (
      <Empty icon={<Scale />} title={words.noRights} small>
        {words.noRightsHelp}
      </Empty>
    );
  }
  return (
    <ul className="programme-scroll stack programme-rights">
      {data.decisions.map((one) => (
        <li key={one.purpose} className="stack">
          <div className="row">
            <h2 className="programme-purpose">{words.purposes[one.purpose ?? ""] ?? one.purpose}</h2>
            <Badge weight={one.allowed ? "good" : "bad"}>{one.allowed ? words.allowed : words.refused}</Badge>
          </div>
          {one.allowed ? (
            <p className="foreign" lang="en">
              {one.sentence}
            </p>
          ) : (
            <Refusal sentence={one.sentence} grounds={one.grounds} />
          )}
        </li>
      ))}
    </ul>
  );
}

export function HistoryPanel({ data }: { data: ListEventsResponse }) {
  const words = useWords({ en, de });
  if (data.events.length === 0) return <Empty icon={<History />} title={words.noHistory} small />;
  return (
    <ol className="programme-scroll programme-history">
      {data.events.map((event) => (
        <li key={`${event.source}#${event.id}`}>
          <span className="foreign">{(event.type ?? "").replace(/^framewell\./, "").replace(/\.v\d+$/, "")}</span>
          <span className="small soft">
            <Time at={event.time} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Everything that lanes show, as a list for whoever does not see them. */
export function ListPanel({ lanes, timeOf, go, playback }: { lanes: readonly Lane[] } & PanelProps) {
  const words = useWords({ en, de });
  const moments = useMemo(
    () =>
      lanes
        .flatMap((lane) =>
          lane.spans.map((span, at) => ({
            id: `${lane.id} ${at}`,
            pts: span.start,
            label: span.label === lane.name || span.label === "" ? lane.name : `${lane.name}: ${span.label}`,
            note: () => `– ${timeOf(span.end)}`,
          })),
        )
        .sort((one, other) => one.pts - other.pts),
    [lanes, timeOf],
  );
  return (
    <Searchable
      moments={moments}
      textOf={(moment) => String(moment.label)}
      empty={<Empty title={words.noHistory} small />}
      label={words.list}
      playback={playback}
      timeOf={timeOf}
      go={go}
    />
  );
}
