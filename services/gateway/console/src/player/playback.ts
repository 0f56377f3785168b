/** Playing one asset: the transport of an editing desk over a video element, exact to the picture where it has pictures. */

import { Store } from "../api/store";
import { type Clock, ptsAt, secondsAt } from "../domain/timeline";
import { PictureClock, type ReadTable } from "./picture_clock";
import { Sound } from "./sound";
import { attach } from "./source";
import { Texts } from "./texts";

export interface PlaybackState {
  /** Times real time; 0 while it stands, negative backwards. */
  rate: number;
  /** Whether enough is loaded to show something. */
  ready: boolean;
  /** Why it does not play: a word of the player's; empty while it does. */
  failed: string;
}

const FASTEST = 8;

/** Made for one video element; `end` lets go of everything. */
export class Playback {
  readonly state = new Store<PlaybackState>({ rate: 0, ready: false, failed: "" });
  /** The pts that is shown or heard. */
  readonly position: Store<number>;
  /** What names its pictures; undefined for sound alone. */
  readonly pictures: PictureClock | undefined;
  readonly sound: Sound;
  readonly texts: Texts;

  readonly #leave: (() => void)[] = [];
  #frame = 0;

  constructor(
    readonly video: HTMLVideoElement,
    public clock: Clock,
    playlist: string,
    read: ReadTable | undefined,
  ) {
    this.position = new Store(clock.start_pts);
    this.pictures = read === undefined ? undefined : new PictureClock(video, clock, read);
    this.sound = new Sound(video);
    this.texts = new Texts(video);
    const listen = (name: string, heard: () => void) => {
      video.addEventListener(name, heard);
      this.#leave.push(() => video.removeEventListener(name, heard));
    };
    listen("playing", () => this.#set({ rate: video.playbackRate }));
    listen("pause", () => this.state.get().rate > 0 && this.#set({ rate: 0 }));
    listen("ended", () => this.#set({ rate: 0 }));
    listen("loadeddata", () => this.#set({ ready: true }));
    if (this.pictures === undefined) {
      listen("timeupdate", () => this.position.set(ptsAt(this.clock, video.currentTime)));
      listen("seeked", () => this.position.set(ptsAt(this.clock, video.currentTime)));
    } else {
      const { shown } = this.pictures;
      this.#leave.push(
        shown.subscribe(() => {
          const { picture } = shown.get();
          if (picture !== undefined) this.position.set(picture.pts);
        }),
      );
    }
    this.#leave.push(
      attach(video, playlist, {
        failed: (failed) => this.#set({ failed }),
        sounds: (tracks, track, choose) => this.sound.found(tracks, track, choose),
      }),
    );
  }

  /** Lets go of the element, of what is loaded and of all that listens. */
  end(): void {
    cancelAnimationFrame(this.#frame);
    this.pictures?.end();
    this.sound.end();
    this.texts.end();
    for (const leave of this.#leave.splice(0)) leave();
  }

  /** A recording under way has become longer. */
  grow(clock: Clock): void {
    this.clock = clock;
    if (this.pictures !== undefined) this.pictures.clock = clock;
  }

  play(rate = 1): void {
    this.#stopShuttle();
    this.video.playbackRate = rate;
    this.#set({ rate });
    void this.video.play().catch(() => this.#set({ rate: 0 }));
  }

  pause(): void {
    this.#stopShuttle();
    this.video.pause();
    this.#set({ rate: 0 });
  }

  /** Space: plays where it stands, and stands where it moves. */
  toggle(): void {
    if (this.state.get().rate === 0) this.play();
    else this.pause();
  }

  /** L: forward, at every press twice as fast. */
  faster(): void {
    const { rate } = this.state.get();
    this.play(rate <= 0 ? 1 : Math.min(rate * 2, FASTEST));
  }

  /** J: backward, at every press twice as fast, picture by picture. */
  back(): void {
    const { rate } = this.state.get();
    this.#shuttle(rate >= 0 ? -1 : Math.max(rate * 2, -FASTEST));
  }

  /** Goes to a moment; what was playing plays on from there. */
  toPts(pts: number): void {
    this.#go(pts, this.state.get().rate);
  }

  /** Goes to a moment and plays from there; it stands where the browser lets nothing sound before somebody acts. */
  playFrom(pts: number): void {
    this.#go(pts, 1);
  }

  #go(pts: number, rate: number): void {
    this.#stopShuttle();
    if (this.pictures === undefined) {
      this.video.currentTime = Math.max(0, secondsAt(this.clock, pts));
      if (rate > 0 && this.state.get().rate === 0) this.play(rate);
      return;
    }
    const there = this.pictures.toPts(pts).then(() => {
      if (rate > 0 && this.state.get().rate === 0) this.play(rate);
    });
    there.catch(this.#unread);
  }

  toFrame(frame: number): void {
    this.#stopShuttle();
    if (this.pictures !== undefined) void this.pictures.toFrame(frame).catch(this.#unread);
  }

  /** So many pictures on; of sound alone tenths of a second. */
  step(pictures: number): void {
    this.#stopShuttle();
    if (this.pictures === undefined) this.video.currentTime += pictures / 10;
    else void this.pictures.step(pictures).catch(this.#unread);
  }

  #unread = (): void => {
    // The table could not be read: the picture stays, unconfirmed.
    this.pictures?.shown.update((now) => ({ ...now, certainty: "unconfirmed" }));
  };

  #shuttle(rate: number): void {
    this.#stopShuttle();
    this.video.pause();
    this.#set({ rate });
    const [start, began] = [this.position.get(), performance.now()];
    const move = () => {
      const seconds = ((performance.now() - began) / 1000) * rate;
      const pts = start + ptsAt(this.clock, seconds) - this.clock.start_pts;
      if (this.pictures === undefined) this.video.currentTime = Math.max(0, secondsAt(this.clock, pts));
      else void this.pictures.toPts(pts).catch(this.#unread);
      if (pts <= this.clock.start_pts) this.#set({ rate: 0 });
      else this.#frame = requestAnimationFrame(move);
    };
    this.#frame = requestAnimationFrame(move);
  }

  #stopShuttle(): void {
    cancelAnimationFrame(this.#frame);
    if (this.state.get().rate < 0) this.#set({ rate: 0 });
  }

  #set(change: Partial<PlaybackState>): void {
    const now = this.state.get();
    const next = { ...now, ...change };
    if (Object.entries(next).some(([name, value]) => now[name as keyof PlaybackState] !== value)) this.state.set(next);
  }
}
