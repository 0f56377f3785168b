import { useCallback } from "react";
import { type Clock, lengthOf, secondsAt, timecodeAt } from "../domain/timeline";
import type { Playback } from "./playback";

/** The time of a pts for people: its timecode, or its length from the beginning. */
export function useTimeOf(playback: Playback | undefined, clock: Clock): (pts: number) => string {
  return useCallback(
    (pts: number) => {
      const frame = playback?.pictures?.table.at(pts)?.frame;
      const seconds = secondsAt(clock, pts);
      const counted =
        frame ?? Math.round((seconds * (clock.frame_rate?.numerator ?? 0)) / (clock.frame_rate?.denominator ?? 1));
      return timecodeAt(clock, { pts, frame: counted }) ?? lengthOf(seconds);
    },
    [playback, clock],
  );
}
