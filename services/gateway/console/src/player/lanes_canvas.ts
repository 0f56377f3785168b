/** How lanes are drawn: what is there when, on the ruler of the programme's clock. */

import { type Lane, type Tone, type VisibleRange, visibleSpans } from "../domain/lanes";
import type { Marks } from "./Marked";

/** Height of a lane, and of the ruler above them, in CSS pixels. */
export const ROW = 22;
export const RULER = 20;

/** What is drawn, beside the place and the colours. */
export interface Ground {
  lanes: readonly Lane[];
  /** Of each lane the length of its longest span. */
  longest: readonly number[];
  range: VisibleRange;
  marks: Marks;
  /** Ticks of the clock in a second. */
  ticks: number;
  timeOf: (pts: number) => string;
}

/** Draws ruler, lanes and marks. */
export function drawGround(
  context: CanvasRenderingContext2D,
  ground: Ground,
  { width, height }: { width: number; height: number },
  colours: Colours,
): void {
  const { lanes, longest, range, marks, ticks, timeOf } = ground;
  context.clearRect(0, 0, width, height);
  drawRuler(context, range, width, ticks, timeOf, colours);
  for (const [at, lane] of lanes.entries()) {
    drawLane(context, lane, longest[at] ?? 0, range, width, RULER + at * ROW, colours);
  }
  drawMarks(context, marks, range, width, height, colours);
}

export interface Colours extends Record<Tone, string> {
  line: string;
  raised: string;
  chosen: string;
}

const NAMES = ["ink", "soft", "blue", "good", "bad", "line", "raised", "chosen"] as const;

/** The colours of the theme as the canvas takes them: it knows no `light-dark()`. */
export function coloursOf(canvas: HTMLCanvasElement): Colours {
  const found = {} as Colours;
  const probe = document.createElement("span");
  canvas.parentElement?.append(probe);
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}

function drawRuler(
  context: CanvasRenderingContext2D,
  range: VisibleRange,
  width: number,
  ticks: number,
  timeOf: (pts: number) => string,
  colours: Colours,
): void {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
  const seconds = (range.to - range.from) / ticks;
  const step = (steps.find((one) => (one / seconds) * width >= 110) ?? 3600) * ticks;
  context.font = '11px system-ui, "Segoe UI", Roboto, sans-serif';
  context.textBaseline = "middle";
  context.fillStyle = colours.soft;
  context.strokeStyle = colours.line;
  context.beginPath();
  for (let pts = range.from; pts < range.to; pts += step) {
    const x = Math.round(((pts - range.from) / (range.to - range.from)) * width) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, RULER);
    if (x < width - 80) context.fillText(timeOf(Math.round(pts)), x + 4, RULER / 2);
  }
  context.stroke();
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  longest: number,
  range: VisibleRange,
  width: number,
  top: number,
  colours: Colours,
): void {
  context.fillStyle = colours.line;
  context.fillRect(0, top, width, 1);
  context.font = '11px system-ui, "Segoe UI", Roboto, sans-serif';
  context.textBaseline = "middle";
  for (const { x, width: wide, span } of visibleSpans(lane.spans, longest, range, width)) {
    const colour = colours[span.tone ?? "soft"];
    if (lane.look === "cells") {
      context.fillStyle = colour;
      context.fillRect(Math.round(x), top + 4, 1, ROW - 7);
    } else if (lane.look === "line") {
      context.fillStyle = colour;
      context.fillRect(x, top + ROW - 5, wide, 4);
    } else {
      context.globalAlpha = span.guessed ? 0.45 : 0.9;
      context.fillStyle = colour;
      context.fillRect(x, top + 4, Math.max(1, wide - 1), ROW - 7);
      context.globalAlpha = 1;
    }
    if (wide > 44 && span.label !== "" && span.label !== lane.name) {
      context.save();
      context.beginPath();
      context.rect(x + 3, top, wide - 6, ROW);
      context.clip();
      context.fillStyle = span.guessed || lane.look !== "bars" ? colours.ink : colours.raised;
      context.fillText(
        shortened(context, span.label, wide - 10),
        x + 5,
        top + ROW / 2 + (lane.look === "line" ? -1 : 1),
      );
      context.restore();
    }
  }
}

/** A label as far as there is room for it. */
function shortened(context: CanvasRenderingContext2D, label: string, room: number): string {
  const text = label.slice(0, 120);
  const { width } = context.measureText(text);
  if (width <= room && text.length === label.length) return text;
  return `${text.slice(0, Math.max(0, Math.floor((text.length * Math.min(room, width)) / width) - 2)).trimEnd()}…`;
}

function drawMarks(
  context: CanvasRenderingContext2D,
  marks: Marks,
  range: VisibleRange,
  width: number,
  height: number,
  colours: Colours,
): void {
  if (marks.from === undefined && marks.to === undefined) return;
  const place = (pts: number) => ((pts - range.from) / (range.to - range.from)) * width;
  const [from, to] = [place(marks.from ?? range.from), place(marks.to ?? range.to)];
  context.globalAlpha = 0.18;
  context.fillStyle = colours.blue;
  context.fillRect(from, 0, Math.max(1, to - from), height);
  context.globalAlpha = 1;
  context.fillStyle = colours.blue;
  if (marks.from !== undefined) context.fillRect(Math.round(from), 0, 1, height);
  if (marks.to !== undefined) context.fillRect(Math.round(to), 0, 1, height);
}
