/** Gives a video element its playlist: by hls.js, loaded where somebody plays; its worker comes from the gateway, too. */

import workerPath from "hls.js/dist/hls.worker.js?url";

/** Begins to load a playlist; calls `failed` with what cannot be mended. Returns what ends it. */
export function attach(video: HTMLVideoElement, playlist: string, failed: (detail: string) => void): () => void {
  let ended = false;
  let end = () => {};
  void import("hls.js").then(
    ({ default: Hls }) => {
      if (ended) return;
      if (!Hls.isSupported()) {
        failed("MediaSource");
        return;
      }
      const hls = new Hls({
        workerPath,
        // What was played is let go: a tab that stays open for a day does not grow.
        backBufferLength: 60,
        maxBufferLength: 30,
        maxMaxBufferLength: 60,
      });
      let mended = 0;
      hls.on(Hls.Events.ERROR, (_, error) => {
        if (!error.fatal) return;
        if (error.type === Hls.ErrorTypes.MEDIA_ERROR && mended < 3) {
          mended += 1;
          hls.recoverMediaError();
        } else {
          failed(error.details);
        }
      });
      hls.loadSource(playlist);
      hls.attachMedia(video);
      end = () => hls.destroy();
    },
    () => failed("hls.js"),
  );
  return () => {
    ended = true;
    end();
  };
}
