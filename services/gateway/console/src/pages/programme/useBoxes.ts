import { useCallback, useMemo, useRef } from "react";
import { type ShownBox, trackKey } from "../../domain/boxes";
import type { Clock } from "../../domain/timeline";
import type { usePlayback } from "../../player/usePlayback";
import { BoxWindows } from "./box_windows";
import { type People, readBoxes } from "./data";

const WINDOW_SECONDS = 30;

/** Boxes by picture, and what stands at them. */
export function useBoxes(
  assetId: string,
  clock: Clock | undefined,
  people: People | undefined,
  playback: ReturnType<typeof usePlayback>,
) {
  const redraw = useRef(() => {});
  redraw.current = () => playback?.pictures?.shown.update((now) => ({ ...now }));
  const [base, rate] = [clock?.time_base?.denominator ?? 1, clock?.time_base?.numerator ?? 1];
  const windows = useMemo(
    () =>
      new BoxWindows(
        Math.max(1, Math.round((WINDOW_SECONDS * base) / rate)),
        (startPts, endPts) => readBoxes(assetId, startPts, endPts),
        () => redraw.current(),
      ),
    [assetId, base, rate],
  );
  const names = useMemo(() => {
    const found = new Map<string, string>();
    for (const one of people?.people ?? []) {
      for (const each of one.appearances) found.set(trackKey(each.chunk_id, each.track), one.name || one.classId);
    }
    return found;
  }, [people]);
  const boxesAt = useCallback((pts: number, frame: number) => windows.at(pts, frame), [windows]);
  const labelOf = useCallback(
    (box: ShownBox) => {
      if (box.kind !== "face") return { text: "", known: false };
      const name = names.get(box.track) ?? "";
      return { text: name, known: name !== "" };
    },
    [names],
  );
  return { boxesAt, labelOf };
}
