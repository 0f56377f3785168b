/** The lanes of a programme: shots, people, text, speech, rights. */

import type { AssetView, GetRightsResponse, Span } from "../../api/generated";
import type { Lane, LaneSpan } from "../../domain/lanes";
import { type Clock, ptsAt, secondsOf } from "../../domain/timeline";
import type { useSaid } from "../../parts/Said";
import type { programme } from "../../words/en/programme";
import type { People, SeenPerson } from "./data";

type Words = typeof programme;
/** Says a sentence of the mesh in the language of the console. */
type Said = ReturnType<typeof useSaid>;

const MOST_PEOPLE = 6;

export function lanesOf(
  view: AssetView,
  clock: Clock,
  people: People | undefined,
  rights: GetRightsResponse | undefined,
  words: Words,
  purposes: Readonly<Record<string, string>>,
  said: Said,
): Lane[] {
  const lanes: Lane[] = [];
  if (view.shots !== undefined && view.shots.length > 0) {
    const spans = view.shots.map((shot, at) => of(shot.span, `${at + 1}`));
    lanes.push({ id: "shots", name: words.lanes.shots, spans: sorted(spans), look: "cells" });
  }
  lanes.push(...peopleLanes(people, words));
  const text = (view.text ?? []).flatMap((one) => one.spans.map((span) => of(span, one.text, { guessed: true })));
  if (text.length > 0) lanes.push({ id: "text", name: words.lanes.text, spans: sorted(text) });
  const speech = (view.speech ?? []).map((one): LaneSpan => {
    const [start, end] = [ptsAt(clock, secondsOf(one.start)), ptsAt(clock, secondsOf(one.end))];
    return { start, end, label: one.text, guessed: true };
  });
  if (speech.length > 0) lanes.push({ id: "speech", name: words.lanes.speech, spans: sorted(speech) });
  lanes.push(...rightsLanes(clock, rights, purposes, said));
  return lanes;
}

function peopleLanes(people: People | undefined, words: Words): Lane[] {
  if (people === undefined || people.people.length === 0) return [];
  const lanes = people.people.slice(0, MOST_PEOPLE).map((one): Lane => {
    const name = nameOf(one, words);
    const tone = one.classId ? "ink" : "soft";
    const spans = one.appearances.map((each) => of(each.span, name, { guessed: true, tone }));
    return { id: `person ${one.id}`, name, spans: sorted(spans) };
  });
  const others = people.people.slice(MOST_PEOPLE).flatMap((one) => {
    const name = nameOf(one, words);
    return one.appearances.map((each) => of(each.span, name, { guessed: true, tone: "soft" }));
  });
  if (others.length > 0) lanes.push({ id: "others", name: words.lanes.others, spans: sorted(others) });
  return lanes;
}

/** The name of somebody seen; nobody knows them: their number among the unknown. */
export function nameOf(one: SeenPerson, words: Words): string {
  return one.name || one.classId || (one.unknown > 0 ? words.unknownPerson(one.unknown) : words.unknown);
}

/** A lane a purpose: the decision over the whole, and over it the passages that a statement names. */
function rightsLanes(
  clock: Clock,
  rights: GetRightsResponse | undefined,
  purposes: Readonly<Record<string, string>>,
  said: Said,
): Lane[] {
  const whole = { start: clock.start_pts, end: clock.start_pts + clock.duration_pts };
  return (rights?.decisions ?? []).map((decision): Lane => {
    const purpose = decision.purpose ?? "";
    const name = purposes[purpose] ?? purpose;
    const spans: LaneSpan[] = [
      {
        ...whole,
        label: said(decision.sentence, decision.wording),
        tone: decision.allowed ? "good" : "bad",
        guessed: false,
      },
    ];
    for (const statement of decision.grounds) {
      if (statement.span === undefined || statement.use !== "prohibited" || !decision.allowed) continue;
      spans.push(of(statement.span, statement.verbatim, { tone: "bad" }));
    }
    return { id: `rights ${purpose}`, name, spans: sorted(spans), look: "line" };
  });
}

function of(span: Span | undefined, label: string, more: Partial<LaneSpan> = {}): LaneSpan {
  return { start: span?.start_pts ?? 0, end: span?.end_pts ?? 0, label, ...more };
}

function sorted(spans: LaneSpan[]): LaneSpan[] {
  return spans.sort((one, other) => one.start - other.start);
}
