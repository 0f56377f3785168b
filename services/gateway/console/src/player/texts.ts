/** Texts that are shown over the picture: subtitles of the media, and what a model heard, each one WebVTT file. */

import { Store } from "../api/store";

/** A text that may be shown. `id` tells it from the others of the same programme. */
export interface TextSource {
  id: string;
  /** Of a text of the media: its title or language; empty for what a model heard. */
  name: string;
  language: string;
  address: string;
}

/** What stands over the picture now. */
export interface ShownText {
  language: string;
  lines: readonly string[];
}

const NOTHING: ShownText = { language: "", lines: [] };

/**
 * Shows one text at a time over a video. The browser reads the file when it is first chosen and says which cues
 * hold; they are drawn by the player, which knows what is below them.
 */
export class Texts {
  readonly shown = new Store<ShownText>(NOTHING);
  readonly #read = new Map<string, HTMLTrackElement>();
  #leave = () => {};

  constructor(readonly video: HTMLVideoElement) {}

  /** Shows a text, or none. */
  choose(source: TextSource | undefined): void {
    this.#leave();
    this.#leave = () => {};
    this.shown.set(NOTHING);
    if (source === undefined) return;
    const { track } = this.#trackOf(source);
    const show = () => this.shown.set({ language: source.language, lines: linesOf(track) });
    track.mode = "hidden"; // its cues hold, and the browser draws none of them
    track.addEventListener("cuechange", show);
    show();
    this.#leave = () => {
      track.removeEventListener("cuechange", show);
      track.mode = "disabled";
    };
  }

  /** Lets go of what was read. */
  end(): void {
    this.choose(undefined);
    for (const element of this.#read.values()) element.remove();
    this.#read.clear();
  }

  #trackOf(source: TextSource): HTMLTrackElement {
    const known = this.#read.get(source.address);
    if (known !== undefined) return known;
    const element = document.createElement("track");
    element.kind = "metadata"; // what plays the proxy takes tracks of subtitles for its own
    element.src = source.address;
    this.video.append(element);
    this.#read.set(source.address, element);
    return element;
  }
}

function linesOf(track: TextTrack): string[] {
  return [...(track.activeCues ?? [])].flatMap((cue) =>
    ((cue as VTTCue).getCueAsHTML().textContent ?? "").split("\n").filter((line) => line.trim() !== ""),
  );
}
