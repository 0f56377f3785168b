/** How loud it is, and which sound of the media is heard. What a person sets is kept for the next programme. */

import { Store } from "../api/store";

/** A sound that may be heard, as the playlist names it. */
export interface SoundTrack {
  id: number;
  name: string;
  language: string;
}

export interface SoundState {
  /** From 0 to 1, also while it is muted. */
  volume: number;
  muted: boolean;
  tracks: readonly SoundTrack[];
  /** The id of the one that is heard. */
  track: number;
}

/** Gives a video its loudness, and says which sounds there are. */
export class Sound {
  readonly state: Store<SoundState>;
  /** Chooses a sound of the media; set by what loads it. */
  #choose: (id: number) => void = () => {};
  readonly #leave: () => void;

  constructor(readonly video: HTMLVideoElement) {
    const { volume, muted } = keptSound();
    video.volume = volume;
    video.muted = muted;
    this.state = new Store<SoundState>({ volume, muted, tracks: [], track: -1 });
    const changed = () => {
      this.state.update((now) => ({ ...now, volume: video.volume, muted: video.muted }));
      localStorage.setItem(SETTING, JSON.stringify({ volume: video.volume, muted: video.muted }));
    };
    video.addEventListener("volumechange", changed);
    this.#leave = () => video.removeEventListener("volumechange", changed);
  }

  /** There are these sounds, of which one is heard. */
  found(tracks: readonly SoundTrack[], track: number, choose: (id: number) => void): void {
    this.#choose = choose;
    this.state.update((now) => ({ ...now, tracks, track }));
  }

  choose(id: number): void {
    this.#choose(id);
    this.state.update((now) => ({ ...now, track: id }));
  }

  /** Sets how loud it is, from 0 to 1; who makes it louder hears it. */
  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
    if (volume > 0) this.video.muted = false;
  }

  louder(by: number): void {
    this.setVolume((this.video.muted ? 0 : this.video.volume) + by);
  }

  toggleMute(): void {
    this.video.muted = !this.video.muted;
  }

  end(): void {
    this.#leave();
  }
}

const SETTING = "framewell-sound";

function keptSound(): { volume: number; muted: boolean } {
  try {
    const read = JSON.parse(localStorage.getItem(SETTING) ?? "{}") as { volume?: unknown; muted?: unknown };
    const volume = typeof read.volume === "number" && read.volume >= 0 && read.volume <= 1 ? read.volume : 1;
    return { volume, muted: read.muted === true };
  } catch {
    return { volume: 1, muted: false };
  }
}
