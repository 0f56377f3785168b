import { useEffect, useRef } from "react";
import { useQueryString } from "../../parts/useQueryString";
import type { usePlayback } from "../../player/usePlayback";

/**
 * Goes where the address says, `?pts=` or `?frame=`, once it plays, and wherever the address changes to. With
 * `&play=1` it plays from there, once: whoever reloads the page, or comes back to it, finds it standing.
 */
export function useDeepLink(playback: ReturnType<typeof usePlayback>): void {
  const [pts] = useQueryString("pts");
  const [frame] = useQueryString("frame");
  const [play, setPlay] = useQueryString("play");
  const plays = useRef(false);
  if (play === "1") plays.current = true;
  useEffect(() => {
    if (play !== "") setPlay("");
  }, [play, setPlay]);
  useEffect(() => {
    if (playback === undefined) return;
    const go = () => {
      if (/^\d{1,12}$/.test(frame)) playback.toFrame(Number(frame));
      else if (/^-?\d{1,15}$/.test(pts)) {
        if (plays.current) playback.playFrom(Number(pts));
        else playback.toPts(Number(pts));
      }
      plays.current = false;
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
