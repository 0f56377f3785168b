/** Lanes: what is there when, drawn as far as it is visible. */

export type Tone = "ink" | "soft" | "blue" | "good" | "bad";

export interface LaneSpan {
  start: number;
  end: number;
  /** What it is, for people. */
  label: string;
  tone?: Tone;
  /** A model's word: drawn with a dashed edge. */
  guessed?: boolean;
}

export interface Lane {
  id: string;
  name: string;
  /** In order of `start`. */
  spans: readonly LaneSpan[];
  /** `cells` tile the lane, `bars` lie in it, a `line` runs below words. */
  look?: "cells" | "bars" | "line";
}

/** A part of the clock that is visible. */
export interface VisibleRange {
  from: number;
  to: number;
}

/** Where, in CSS pixels, spans of a lane lie that can be seen; what would fall onto the same pixel is drawn once. */
export function visibleSpans(
  spans: readonly LaneSpan[],
  longest: number,
  { from, to }: VisibleRange,
  width: number,
): { x: number; width: number; span: LaneSpan }[] {
  const scale = width / (to - from);
  const found: { x: number; width: number; span: LaneSpan }[] = [];
  let drawnTo = Number.NEGATIVE_INFINITY;
  for (let at = firstFrom(spans, from - longest); at < spans.length; at += 1) {
    const span = spans[at];
    if (span === undefined || span.start >= to) break;
    if (span.end <= from) continue;
    const left = Math.max(0, (span.start - from) * scale);
    const right = Math.min(width, (span.end - from) * scale);
    if (Math.floor(right) <= drawnTo && right - left < 1) continue;
    drawnTo = Math.floor(right);
    found.push({ x: left, width: Math.max(1, right - left), span });
  }
  return found;
}

/** The longest span of a lane: how far before the visible range one may begin that reaches into it. */
export function longestOf(spans: readonly LaneSpan[]): number {
  return spans.reduce((longest, span) => Math.max(longest, span.end - span.start), 0);
}

/** The span of a lane at a pts; of several the one that began last. */
export function spanAt(spans: readonly LaneSpan[], longest: number, pts: number): LaneSpan | undefined {
  let found: LaneSpan | undefined;
  for (let at = firstFrom(spans, pts - longest); at < spans.length; at += 1) {
    const span = spans[at];
    if (span === undefined || span.start > pts) break;
    if (span.end > pts) found = span;
  }
  return found;
}

/** The range of this length around a middle, within the whole. */
export function rangeAround(middle: number, length: number, whole: VisibleRange): VisibleRange {
  const most = Math.min(length, whole.to - whole.from);
  const from = Math.min(Math.max(middle - most / 2, whole.from), whole.to - most);
  return { from, to: from + most };
}

function firstFrom(spans: readonly LaneSpan[], start: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
