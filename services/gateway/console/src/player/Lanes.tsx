import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { inSight, type Lane, longestOf, type Sight, sightAround, spanAt, type Tone } from "../domain/lanes";
import { type Clock, secondsAt } from "../domain/timeline";
import { IconButton } from "../parts/Button";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import { fitted } from "./Overlay";
import type { Playback } from "./playback";

const ROW = 22;
const RULER = 20;
const CLOSEST_SECONDS = 4;
const STEP_SECONDS = 1;

export interface Marks {
  from: number | undefined;
  to: number | undefined;
}

/**
 * What is there when, a lane a subject, drawn on canvas: a programme of hours with thousands of spans costs as
 * much as it has pixels. A second canvas has the position alone, which moves at every picture.
 */
export function Lanes({
  lanes,
  playback,
  clock,
  marks,
  timeOf,
}: {
  lanes: readonly Lane[];
  playback: Playback;
  clock: Clock;
  marks: Marks;
  timeOf: (pts: number) => string;
}) {
  const words = useWords({ en, de });
  const whole = useMemo<Sight>(
    () => ({ from: clock.start_pts, to: clock.start_pts + Math.max(1, clock.duration_pts) }),
    [clock.start_pts, clock.duration_pts],
  );
  const [sight, setSight] = useState(whole);
  useEffect(() => setSight(whole), [whole]);
  const ground = useRef<HTMLCanvasElement>(null);
  const needle = useRef<HTMLCanvasElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const blue = useRef("");
  const [hint, setHint] = useState("");
  const longest = useMemo(() => lanes.map((lane) => longestOf(lane.spans)), [lanes]);
  const base = clock.time_base;
  const ticks = base === undefined ? 1 : base.denominator / base.numerator;

  useEffect(() => {
    const canvas = ground.current;
    if (canvas === null) return;
    const draw = () => {
      const context = canvas.getContext("2d");
      if (context === null) return;
      const { width, height } = fitted(canvas);
      context.clearRect(0, 0, width, height);
      const colours = coloursOf(canvas);
      blue.current = colours.blue;
      drawRuler(context, sight, width, ticks, timeOf, colours);
      for (const [at, lane] of lanes.entries()) {
        drawLane(context, lane, longest[at] ?? 0, sight, width, RULER + at * ROW, colours);
      }
      drawMarks(context, marks, sight, width, height, colours);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(canvas);
    const theme = matchMedia("(prefers-color-scheme: dark)");
    theme.addEventListener("change", draw);
    return () => {
      observer.disconnect();
      theme.removeEventListener("change", draw);
    };
  }, [lanes, longest, sight, marks, ticks, timeOf]);

  useEffect(() => {
    const canvas = needle.current;
    if (canvas === null) return;
    let told = 0;
    const draw = () => {
      const context = canvas.getContext("2d");
      if (context === null) return;
      const { width, height } = fitted(canvas);
      const pts = playback.position.get();
      context.clearRect(0, 0, width, height);
      const x = ((pts - sight.from) / (sight.to - sight.from)) * width;
      context.fillStyle = blue.current;
      context.fillRect(Math.round(x) - 1, 0, 2, height);
      if (playback.state.get().rate !== 0 && (pts < sight.from || pts >= sight.to)) {
        setSight(sightAround(pts + (sight.to - sight.from) * 0.4, sight.to - sight.from, whole));
      }
      const now = performance.now();
      if (slider.current !== null && (now - told > 250 || playback.state.get().rate === 0)) {
        told = now;
        slider.current.setAttribute("aria-valuenow", String(Math.round(secondsAt(clock, pts))));
        slider.current.setAttribute("aria-valuetext", timeOf(pts));
      }
    };
    draw();
    const leave = playback.position.subscribe(draw);
    const observer = new ResizeObserver(draw);
    observer.observe(canvas);
    return () => {
      leave();
      observer.disconnect();
    };
  }, [playback, sight, whole, clock, timeOf]);

  const ptsAtX = useCallback(
    (event: PointerEvent) => {
      const place = event.currentTarget.getBoundingClientRect();
      return Math.round(sight.from + ((event.clientX - place.left) / place.width) * (sight.to - sight.from));
    },
    [sight],
  );
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons === 1) playback.toPts(ptsAtX(event));
    const row = Math.floor((event.clientY - event.currentTarget.getBoundingClientRect().top - RULER) / ROW);
    const lane = lanes[row];
    const span = lane && spanAt(lane.spans, longest[row] ?? 0, ptsAtX(event));
    setHint(span === undefined ? "" : `${timeOf(span.start)}  ${span.label.slice(0, 200)}`);
  };
  const zoom = (factor: number, around = playback.position.get()) =>
    setSight((now) => sightAround(around, Math.max(CLOSEST_SECONDS * ticks, (now.to - now.from) * factor), whole));
  const press = (event: KeyboardEvent) => {
    const seconds: Record<string, number> = {
      ArrowLeft: -STEP_SECONDS,
      ArrowRight: STEP_SECONDS,
      PageUp: -10,
      PageDown: 10,
    };
    const by = seconds[event.key];
    const to = event.key === "Home" ? whole.from : event.key === "End" ? whole.to - 1 : undefined;
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    playback.toPts(to ?? playback.position.get() + Math.round((by ?? 0) * ticks));
  };
  return (
    <section className="lanes" aria-label={words.lanes}>
      <div className="lanes-names">
        <div className="lanes-zoom">
          <IconButton label={words.closer} icon={<ZoomIn />} onPress={() => zoom(0.5)} />
          <IconButton label={words.wider} icon={<ZoomOut />} onPress={() => zoom(2)} />
          <IconButton label={words.whole} icon={<Maximize2 />} onPress={() => setSight(whole)} />
        </div>
        {lanes.map((lane) => (
          <div key={lane.id} className="lanes-name one-line" title={lane.name} dir="auto">
            {lane.name}
          </div>
        ))}
      </div>
      <div
        ref={slider}
        className="lanes-field"
        role="slider"
        tabIndex={0}
        aria-label={words.position}
        aria-valuemin={0}
        aria-valuemax={Math.round(secondsAt(clock, whole.to))}
        aria-valuenow={0}
        style={{ blockSize: RULER + lanes.length * ROW }}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={drag}
        onPointerLeave={() => setHint("")}
        onWheel={(event) => {
          if (event.ctrlKey) zoom(event.deltaY > 0 ? 1.25 : 0.8);
          else if (event.shiftKey) {
            const by = ((sight.to - sight.from) * (event.deltaX || event.deltaY)) / 1000;
            setSight(sightAround((sight.from + sight.to) / 2 + by, sight.to - sight.from, whole));
          }
        }}
      >
        <canvas ref={ground} />
        <canvas ref={needle} data-needle="" />
      </div>
      <p className="lanes-hint one-line small soft" dir="auto" aria-hidden="true">
        {hint}
      </p>
    </section>
  );
}

interface Colours extends Record<Tone, string> {
  line: string;
  raised: string;
  chosen: string;
}

const NAMES = ["ink", "soft", "blue", "good", "bad", "line", "raised", "chosen"] as const;

/** The colours of the theme as the canvas takes them: it knows no `light-dark()`. */
function coloursOf(canvas: HTMLCanvasElement): Colours {
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
  sight: Sight,
  width: number,
  ticks: number,
  timeOf: (pts: number) => string,
  colours: Colours,
): void {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
  const seconds = (sight.to - sight.from) / ticks;
  const step = (steps.find((one) => (one / seconds) * width >= 110) ?? 3600) * ticks;
  context.font = '11px system-ui, "Segoe UI", Roboto, sans-serif';
  context.textBaseline = "middle";
  context.fillStyle = colours.soft;
  context.strokeStyle = colours.line;
  context.beginPath();
  for (let pts = sight.from; pts < sight.to; pts += step) {
    const x = Math.round(((pts - sight.from) / (sight.to - sight.from)) * width) + 0.5;
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
  sight: Sight,
  width: number,
  top: number,
  colours: Colours,
): void {
  context.fillStyle = colours.line;
  context.fillRect(0, top, width, 1);
  context.font = '11px system-ui, "Segoe UI", Roboto, sans-serif';
  context.textBaseline = "middle";
  for (const { x, width: wide, span } of inSight(lane.spans, longest, sight, width)) {
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
      context.fillRect(x, top + 4, wide, ROW - 7);
      context.globalAlpha = 1;
    }
    if (wide > 44 && span.label !== "") {
      context.save();
      context.beginPath();
      context.rect(x + 3, top, wide - 6, ROW);
      context.clip();
      context.fillStyle = span.guessed || lane.look !== "bars" ? colours.ink : colours.raised;
      context.fillText(span.label.slice(0, 120), x + 5, top + ROW / 2 + (lane.look === "line" ? -1 : 1));
      context.restore();
    }
  }
}

function drawMarks(
  context: CanvasRenderingContext2D,
  marks: Marks,
  sight: Sight,
  width: number,
  height: number,
  colours: Colours,
): void {
  if (marks.from === undefined && marks.to === undefined) return;
  const place = (pts: number) => ((pts - sight.from) / (sight.to - sight.from)) * width;
  const [from, to] = [place(marks.from ?? sight.from), place(marks.to ?? sight.to)];
  context.globalAlpha = 0.18;
  context.fillStyle = colours.blue;
  context.fillRect(from, 0, Math.max(1, to - from), height);
  context.globalAlpha = 1;
  context.fillStyle = colours.blue;
  if (marks.from !== undefined) context.fillRect(Math.round(from), 0, 1, height);
  if (marks.to !== undefined) context.fillRect(Math.round(to), 0, 1, height);
}
