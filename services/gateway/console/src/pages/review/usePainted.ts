import { useCallback, useLayoutEffect, useRef } from "react";

/**
 * Whether a key was pressed after what this id names was painted. Keys that a busy page reads late count from when
 * they were pressed: two within one frame, or one between two pictures, are about what was on the screen then.
 */
export function usePainted(id: string): (event: Pick<Event, "timeStamp">) => boolean {
  const painted = useRef<{ id: string; at: number }>({ id: "", at: Number.POSITIVE_INFINITY });
  useLayoutEffect(() => {
    painted.current = { id, at: Number.POSITIVE_INFINITY };
    // The frame that follows shows it: a picture is on the screen when the task after that frame's callbacks runs.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      painted.current = { id, at: performance.now() };
    };
    const frame = requestAnimationFrame(() => channel.port2.postMessage(undefined));
    return () => {
      cancelAnimationFrame(frame);
      channel.port1.close();
    };
  }, [id]);
  return useCallback((event) => painted.current.id === id && event.timeStamp >= painted.current.at, [id]);
}
