/** Gives a video element its playlist: by hls.js, loaded where somebody plays; its worker comes from the gateway, too. */

import type Hls from "hls.js";
import workerPath from "hls.js/dist/hls.worker.js?url";
import type { SoundTrack } from "./sound";

/** What is heard of a playlist while it plays. */
export interface Heard {
  /** It cannot be played: a word for whoever looks into it. */
  failed: (detail: string) => void;
  /** It has these sounds, of which one is heard; `choose` changes that. */
  sounds?: (tracks: readonly SoundTrack[], track: number, choose: (id: number) => void) => void;
}

const MOST_MENDED = 3;

/** Begins to load a playlist. Returns what ends it. */
export function attach(video: HTMLVideoElement, playlist: string, heard: Heard): () => void {
  let ended = false;
  let end = () => {};
  void import("hls.js").then(
    ({ default: Player }) => {
      if (ended) return;
      if (!Player.isSupported()) {
        heard.failed("MediaSource");
        return;
      }
      const hls = new Player({
        workerPath,
        // What was played is let go: a tab that stays open for a day does not grow.
        backBufferLength: 60,
        maxBufferLength: 30,
        maxMaxBufferLength: 60,
        // Texts are shown by the player, out of files of their own.
        renderTextTracksNatively: false,
      });
      listen(hls, Player, heard);
      hls.loadSource(playlist);
      hls.attachMedia(video);
      end = () => hls.destroy();
    },
    () => heard.failed("hls.js"),
  );
  return () => {
    ended = true;
    end();
  };
}

function listen(hls: Hls, { Events, ErrorTypes }: typeof Hls, heard: Heard): void {
  let mended = 0;
  hls.on(Events.ERROR, (_, error) => {
    if (!error.fatal) return;
    if (error.type === ErrorTypes.MEDIA_ERROR && mended < MOST_MENDED) {
      mended += 1;
      hls.recoverMediaError();
    } else {
      heard.failed(error.details);
    }
  });
  hls.on(Events.SUBTITLE_TRACKS_UPDATED, () => {
    hls.subtitleTrack = -1;
  });
  hls.on(Events.AUDIO_TRACKS_UPDATED, (_, { audioTracks }) => {
    const tracks = audioTracks.map((one, id) => ({ id, name: one.name, language: one.lang ?? "" }));
    const first = audioTracks.findIndex((one) => one.default);
    const chosen = hls.audioTrack >= 0 ? hls.audioTrack : Math.max(0, first);
    heard.sounds?.(tracks, chosen, (id) => {
      hls.audioTrack = id;
    });
  });
}
