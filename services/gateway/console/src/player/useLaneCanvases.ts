import { type RefObject, useEffect, useRef } from "react";
import { rangeAround, type VisibleRange } from "../domain/lanes";
import { type Clock, secondsAt } from "../domain/timeline";
import { coloursOf, drawGround, type Ground } from "./lanes_canvas";
import { fitted } from "./Overlay";
import type { Playback } from "./playback";

const TOLD_EVERY_MS = 250;
/** Where the position comes to stand in what is visible, once it has left it while playing. */
const AHEAD = 0.4;

/** Draws what is there when, anew where that, the size or the theme changes. */
export function useGround(ground: Ground) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const blue = useRef("");
  const { lanes, longest, range, marks, ticks, timeOf } = ground;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const draw = () => {
      const context = element.getContext("2d");
      if (context === null) return;
      const size = fitted(element);
      const colours = coloursOf(element);
      blue.current = colours.blue;
      drawGround(context, { lanes, longest, range, marks, ticks, timeOf }, size, colours);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    const theme = matchMedia("(prefers-color-scheme: dark)");
    theme.addEventListener("change", draw);
    return () => {
      observer.disconnect();
      theme.removeEventListener("change", draw);
    };
  }, [lanes, longest, range, marks, ticks, timeOf]);
  return { canvas, blue };
}

/** Draws the position, which moves at every picture, and keeps it visible while it plays. */
export function useNeedle(
  playback: Playback,
  { range, whole, setRange }: { range: VisibleRange; whole: VisibleRange; setRange: (range: VisibleRange) => void },
  blue: RefObject<string>,
  tell: (pts: number) => void,
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    let told = 0;
    const draw = () => {
      const context = element.getContext("2d");
      if (context === null) return;
      const { width, height } = fitted(element);
      const pts = playback.position.get();
      const isStanding = playback.state.get().rate === 0;
      const wide = range.to - range.from;
      context.clearRect(0, 0, width, height);
      context.fillStyle = blue.current;
      context.fillRect(Math.round(((pts - range.from) / wide) * width) - 1, 0, 2, height);
      if (!isStanding && (pts < range.from || pts >= range.to)) setRange(rangeAround(pts + wide * AHEAD, wide, whole));
      const now = performance.now();
      if (!isStanding && now - told <= TOLD_EVERY_MS) return;
      told = now;
      tell(pts);
    };
    draw();
    const leave = playback.position.subscribe(draw);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => {
      leave();
      observer.disconnect();
    };
  }, [playback, range, whole, setRange, blue, tell]);
  return canvas;
}

/** Says on a slider where it stands. */
export function tellPosition(slider: HTMLElement | null, clock: Clock, pts: number, time: string): void {
  slider?.setAttribute("aria-valuenow", String(Math.round(secondsAt(clock, pts))));
  slider?.setAttribute("aria-valuetext", time);
}
