/** What is read, said and there, moment by moment: lists to search, that go where it is. */

import { MessageSquareText, ScanText, UserRoundPlus } from "lucide-react";
import { type ComponentProps, type ReactNode, useMemo, useState } from "react";
import type { AssetView } from "../../api/generated";
import { type Lane, longestOf, spanAt } from "../../domain/lanes";
import { type Clock, ptsAt, secondsOf } from "../../domain/timeline";
import { IconButton } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { SearchField } from "../../parts/fields";
import { useStore } from "../../parts/useStore";
import { type ListedMoment, MomentList } from "../../player/MomentList";
import type { Playback } from "../../player/playback";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";
import type { Proposing } from "./proposing";

export interface PanelProps {
  playback: Playback | undefined;
  timeOf: (pts: number) => string;
  go: (pts: number) => void;
  /** Not there for whoever may not propose. */
  propose?: Proposing["propose"];
}

export function TextPanel({ view, timeOf, go, playback, propose }: { view: AssetView } & PanelProps) {
  const words = useWords({ en, de });
  const moments = useMemo(
    () =>
      (view.text ?? []).map(
        (one, at): ListedMoment => ({
          id: `${at}`,
          pts: one.spans[0]?.start_pts ?? 0,
          label: one.text,
          note: one.spans.length > 1 ? words.times(one.spans.length) : undefined,
          action: propose && (() => <NamedBy text={one.text} pts={one.spans[0]?.start_pts ?? 0} propose={propose} />),
        }),
      ),
    [view.text, words, propose],
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

/** Proposes whom a text names, where it stands in the picture: a name comes before what the person is. */
function NamedBy({ text, pts, propose }: { text: string; pts: number; propose: NonNullable<PanelProps["propose"]> }) {
  const words = useWords({ en, de });
  const name =
    text
      .split(/[,\n|]/, 1)[0]
      ?.trim()
      .slice(0, 300) ?? "";
  return (
    <IconButton
      label={words.proposeOf(name.slice(0, 80))}
      icon={<UserRoundPlus />}
      onPress={() => propose({ pts, name })}
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
  empty: ReactNode;
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
}: ComponentProps<typeof MomentList> & { playback: Playback; spans: Lane["spans"] }) {
  const longest = useMemo(() => longestOf(spans), [spans]);
  const pts = useStore(playback.position);
  return <MomentList {...list} current={spanAt(spans, longest, pts)?.label} />;
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
