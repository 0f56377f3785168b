import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type WheelEvent,
} from "react";
import { type Lane, longestOf, rangeAround, spanAt, type VisibleRange } from "../domain/lanes";
import { type Clock, secondsAt } from "../domain/timeline";
import { IconButton } from "../parts/Button";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import { ROW, RULER } from "./lanes_canvas";
import type { Marks } from "./Marked";
import type { Playback } from "./playback";
import { tellPosition, useGround, useNeedle } from "./useLaneCanvases";

const CLOSEST_SECONDS = 4;
/** By how many seconds a key moves the position. */
const SECONDS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

interface LanesProps {
  lanes: readonly Lane[];
  playback: Playback;
  clock: Clock;
  marks: Marks;
  timeOf: (pts: number) => string;
}

/**
 * What is there when, a lane a subject, drawn on canvas: a programme of hours with thousands of spans costs as
 * much as it has pixels. A second canvas has the position alone, which moves at every picture.
 */
export function Lanes(props: LanesProps) {
  const { lanes, playback, clock } = props;
  const words = useWords({ en, de });
  const view = useVisibleRange(clock);
  const [hint, setHint] = useState("");
  const zoom = (factor: number, around = playback.position.get()) => view.zoom(factor, around);
  return (
    <section className="lanes" aria-label={words.lanes}>
      <div className="lanes-names">
        <div className="lanes-zoom">
          <IconButton label={words.closer} icon={<ZoomIn />} onPress={() => zoom(0.5)} />
          <IconButton label={words.wider} icon={<ZoomOut />} onPress={() => zoom(2)} />
          <IconButton label={words.whole} icon={<Maximize2 />} onPress={() => view.setRange(view.whole)} />
        </div>
        {lanes.map((lane) => (
          <div key={lane.id} className="lanes-name one-line" title={lane.name} dir="auto">
            {lane.name}
          </div>
        ))}
      </div>
      <Field {...props} view={view} zoom={zoom} setHint={setHint} />
      <p className="lanes-hint one-line small soft" dir="auto" aria-hidden="true">
        {hint}
      </p>
    </section>
  );
}

type View = ReturnType<typeof useVisibleRange>;

/** The part of the programme that is visible, and what changes it. */
function useVisibleRange(clock: Clock) {
  const whole = useMemo<VisibleRange>(
    () => ({ from: clock.start_pts, to: clock.start_pts + Math.max(1, clock.duration_pts) }),
    [clock.start_pts, clock.duration_pts],
  );
  const [range, setRange] = useState(whole);
  useEffect(() => setRange(whole), [whole]);
  const base = clock.time_base;
  const ticks = base === undefined ? 1 : base.denominator / base.numerator;
  return {
    whole,
    range,
    setRange,
    /** Ticks of the clock in a second. */
    ticks,
    zoom: (factor: number, around: number) =>
      setRange((now) => rangeAround(around, Math.max(CLOSEST_SECONDS * ticks, (now.to - now.from) * factor), whole)),
    shift: (share: number) =>
      setRange((now) => {
        const wide = now.to - now.from;
        return rangeAround((now.from + now.to) / 2 + share * wide, wide, whole);
      }),
  };
}

/** The ruler and the lanes, where a click or a key goes to a moment. */
function Field({
  lanes,
  playback,
  clock,
  marks,
  timeOf,
  view,
  zoom,
  setHint,
}: LanesProps & { view: View; zoom: (factor: number) => void; setHint: (hint: string) => void }) {
  const words = useWords({ en, de });
  const { whole, range, ticks } = view;
  const longest = useMemo(() => lanes.map((lane) => longestOf(lane.spans)), [lanes]);
  const slider = useRef<HTMLDivElement>(null);
  const ground = useGround({ lanes, longest, range, marks, ticks, timeOf });
  const tell = useCallback((pts: number) => tellPosition(slider.current, clock, pts, timeOf(pts)), [clock, timeOf]);
  const needle = useNeedle(playback, view, ground.blue, tell);
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const pts = ptsAtX(event, range);
    if (event.buttons === 1) playback.toPts(pts);
    const row = Math.floor((event.clientY - event.currentTarget.getBoundingClientRect().top - RULER) / ROW);
    const span = lanes[row] && spanAt(lanes[row].spans, longest[row] ?? 0, pts);
    setHint(span === undefined ? "" : `${timeOf(span.start)}  ${span.label.slice(0, 200)}`);
  };
  return (
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
      onKeyDown={(event) => press(event, playback, view)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={drag}
      onPointerLeave={() => setHint("")}
      onWheel={(event) => turn(event, view, zoom)}
    >
      <canvas ref={ground.canvas} />
      <canvas ref={needle} data-needle="" />
    </div>
  );
}

function ptsAtX(event: PointerEvent, range: VisibleRange): number {
  const place = event.currentTarget.getBoundingClientRect();
  return Math.round(range.from + ((event.clientX - place.left) / place.width) * (range.to - range.from));
}

function press(event: KeyboardEvent, playback: Playback, { whole, ticks }: View): void {
  const by = SECONDS[event.key];
  const to = event.key === "Home" ? whole.from : event.key === "End" ? whole.to - 1 : undefined;
  if (by === undefined && to === undefined) return;
  event.preventDefault();
  playback.toPts(to ?? playback.position.get() + Math.round((by ?? 0) * ticks));
}

/** With Ctrl the wheel brings it closer, with Shift it moves along. */
function turn(event: WheelEvent, view: View, zoom: (factor: number) => void): void {
  if (event.ctrlKey) zoom(event.deltaY > 0 ? 1.25 : 0.8);
  else if (event.shiftKey) view.shift((event.deltaX || event.deltaY) / 1000);
}
