import { useEffect, useState } from "react";
import type { Clock } from "../domain/timeline";
import type { ReadTable } from "./picture_clock";
import { Playback } from "./playback";

/** A playback on a video element for as long as both are there; undefined until then. `read` is undefined for sound alone. */
export function usePlayback(
  video: HTMLVideoElement | null,
  clock: Clock | undefined,
  playlist: string | undefined,
  read: ReadTable | undefined,
): Playback | undefined {
  const [playback, setPlayback] = useState<Playback>();
  // The clock of a recording grows while it plays: that is no other asset.
  const [start, base] = [clock?.start_pts, clock?.time_base?.denominator];
  // biome-ignore lint/correctness/useExhaustiveDependencies: a clock is the same as long as its base and start are
  useEffect(() => {
    if (video === null || clock === undefined || playlist === undefined || base === undefined) return;
    const made = new Playback(video, clock, playlist, read);
    setPlayback(made);
    return () => {
      made.end();
      setPlayback(undefined);
    };
  }, [video, start, base, playlist, read]);
  useEffect(() => {
    if (clock !== undefined) playback?.grow(clock);
  }, [playback, clock]);
  return playback;
}
