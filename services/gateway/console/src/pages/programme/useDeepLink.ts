import { useEffect } from "react";
import { useQueryString } from "../../parts/useQueryString";
import type { usePlayback } from "../../player/usePlayback";

/** Goes where the address says, `?pts=` or `?frame=`, once it plays, and wherever the address changes to. */
export function useDeepLink(playback: ReturnType<typeof usePlayback>): void {
  const [pts] = useQueryString("pts");
  const [frame] = useQueryString("frame");
  useEffect(() => {
    if (playback === undefined) return;
    const go = () => {
      if (/^\d{1,12}$/.test(frame)) playback.toFrame(Number(frame));
      else if (/^-?\d{1,15}$/.test(pts)) playback.toPts(Number(pts));
    };
    if (playback.state.get().ready) return go();
    const leave = playback.state.subscribe(() => {
      if (!playback.state.get().ready) return;
      leave();
      go();
    });
    return leave;
  }, [playback, pts, frame]);
}
