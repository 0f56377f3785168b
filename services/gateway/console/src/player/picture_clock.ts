/** Which picture of an asset a video element shows, and how to bring it to another one exactly. */

import { Store } from "../api/store";
import { type FrameRun, FrameTable, type Picture } from "../domain/frames";
import { type Clock, ptsAt, secondsAt } from "../domain/timeline";

/** A part of the frame table, as `listFrameRuns` answers. */
export interface TablePart {
  runs: readonly FrameRun[];
  end_pts: number;
}

/** Reads the table from the picture on that is shown at a pts. */
export type ReadTable = (fromPts: number) => Promise<TablePart>;

export interface Shown {
  /** The picture that the screen shows; undefined before the first one. */
  picture: Picture | undefined;
  /** `exact`: the browser presented it; `moving`: another one was asked for; `unconfirmed`: after three tries it did not come. */
  certainty: "exact" | "moving" | "unconfirmed";
}

const TRIES = 3;
/** Where in the wanted picture to seek: its middle, then elsewhere, in case the browser rounds. */
const PLACES = [0.5, 0.25, 0.75, 0.4] as const;
const PATIENCE_MS = 3000;

/**
 * Follows the pictures that a video element presents, and steps among them.
 *
 * A time of the media is a moment of the proxy, whose first picture stands at 0; its pts follows in integers of
 * the asset's base, and the picture from the frame table. Whoever asks for another picture while one is on its
 * way gets the newest.
 */
export class PictureClock {
  readonly shown = new Store<Shown>({ picture: undefined, certainty: "moving" });
  readonly table = new FrameTable();

  #wanted: Picture | undefined;
  #seeking: Promise<void> | undefined;
  #reading = new Map<number, Promise<void>>();
  #ended = false;

  constructor(
    readonly video: HTMLVideoElement,
    public clock: Clock,
    private readonly read: ReadTable,
  ) {
    video.requestVideoFrameCallback(this.#presented);
  }

  /** Stops following. */
  end(): void {
    this.#ended = true;
  }

  /** The picture that is on its way, or else the one that is shown. */
  get target(): Picture | undefined {
    return this.#wanted ?? this.shown.get().picture;
  }

  /** The first pts after the last picture. */
  get endPts(): number {
    return this.clock.start_pts + this.clock.duration_pts;
  }

  /** Brings the picture with an index to the screen; the nearest where there is none. */
  async toFrame(frame: number): Promise<void> {
    const known = this.table.frame(frame);
    if (known !== undefined) return this.#to(known);
    await this.#readAround(this.clock.start_pts);
    const first = this.table.frame(frame);
    if (first !== undefined) return this.#to(first);
    // The table of a variable rate is read in parts: halve the asset until the part with the frame is there.
    let low = this.clock.start_pts;
    let high = this.endPts - 1;
    for (let step = 0; step < 40 && low < high; step += 1) {
      const middle = Math.floor((low + high) / 2);
      await this.#readAround(middle);
      const found = this.table.frame(frame);
      if (found !== undefined) return this.#to(found);
      const there = this.table.at(middle);
      if (there === undefined) break;
      if (there.frame < frame) low = Math.max(there.endPts, low + 1);
      else high = Math.min(there.pts - 1, high - 1);
    }
    await this.toPts(low);
  }

  /** Brings the picture to the screen that is shown at a pts. */
  async toPts(pts: number): Promise<void> {
    const within = Math.min(Math.max(pts, this.clock.start_pts), this.endPts - 1);
    await this.#readAround(within);
    const found = this.table.at(within);
    if (found !== undefined) await this.#to(found);
    else this.video.currentTime = secondsAt(this.clock, within);
  }

  /** Goes so many pictures on (back where negative) from the newest that was asked for. */
  async step(pictures: number): Promise<void> {
    let at = this.target;
    if (at === undefined) return;
    for (let left = Math.abs(pictures); left > 0; left -= 1) {
      const edge = pictures > 0 ? at.endPts : at.pts - 1;
      if (edge < this.clock.start_pts || edge >= this.endPts) break;
      let next = this.table.at(edge);
      if (next === undefined) {
        await this.#readAround(edge);
        next = this.table.at(edge);
      }
      if (next === undefined) break;
      at = next;
    }
    await this.#to(at);
  }

  async #to(picture: Picture): Promise<void> {
    this.video.pause();
    this.#wanted = picture;
    this.#seeking ??= this.#follow().finally(() => {
      this.#seeking = undefined;
    });
    await this.#seeking;
  }

  /** Seeks until the newest wanted picture is presented, or was tried often enough. */
  async #follow(): Promise<void> {
    let tries = 0;
    let last: Picture | undefined;
    while (!this.#ended && this.#wanted !== undefined) {
      const wanted = this.#wanted;
      if (wanted !== last) tries = 0;
      last = wanted;
      this.shown.update((now) => ({ ...now, certainty: "moving" }));
      const place = PLACES[tries % PLACES.length] ?? 0.5;
      const presented = await this.#seek(wanted.pts + (wanted.endPts - wanted.pts) * place);
      if (this.#wanted !== wanted) continue;
      if (presented?.frame === wanted.frame) {
        this.#wanted = undefined;
        this.shown.set({ picture: presented, certainty: "exact" });
      } else if (tries >= TRIES) {
        this.#wanted = undefined;
        this.shown.set({ picture: presented ?? this.shown.get().picture, certainty: "unconfirmed" });
      }
      tries += 1;
    }
  }

  /** Seeks, and resolves to the picture that the browser then presents. */
  #seek(pts: number): Promise<Picture | undefined> {
    const { video } = this;
    return new Promise((resolve) => {
      let seeked = false;
      let mediaTime: number | undefined;
      const callback = video.requestVideoFrameCallback((_, metadata) => {
        mediaTime = metadata.mediaTime;
        done();
      });
      const timer = setTimeout(() => finish(), PATIENCE_MS);
      const onSeeked = () => {
        seeked = true;
        done();
      };
      const done = () => {
        if (seeked && mediaTime !== undefined) finish();
      };
      const finish = () => {
        clearTimeout(timer);
        video.cancelVideoFrameCallback(callback);
        video.removeEventListener("seeked", onSeeked);
        resolve(mediaTime === undefined ? undefined : this.#pictureOf(mediaTime));
      };
      video.addEventListener("seeked", onSeeked);
      video.currentTime = secondsAt(this.clock, pts);
    });
  }

  #presented = (_: number, metadata: VideoFrameCallbackMetadata): void => {
    if (this.#ended) return;
    this.video.requestVideoFrameCallback(this.#presented);
    const picture = this.#pictureOf(metadata.mediaTime);
    if (picture === undefined) {
      const read = this.#readAround(ptsAt(this.clock, metadata.mediaTime)).then(() => {
        const late = this.#pictureOf(metadata.mediaTime);
        if (late !== undefined && this.shown.get().picture === undefined) {
          this.shown.set({ picture: late, certainty: this.#wanted === undefined ? "exact" : "moving" });
        }
      });
      read.catch(() => {}); // asked for again with the next picture
      return;
    }
    // The part of a variable rate that comes next is read before it is played.
    const isLast = picture.endPts >= this.endPts - 1;
    if (!isLast && this.table.at(picture.endPts) === undefined) void this.#readAround(picture.endPts).catch(() => {});
    this.#show(picture);
  };

  #show(picture: Picture): void {
    this.shown.set({ picture, certainty: this.#wanted === undefined ? "exact" : "moving" });
  }

  #pictureOf(mediaTime: number): Picture | undefined {
    return this.table.nearest(ptsAt(this.clock, mediaTime));
  }

  /** Reads the part of the table that holds a pts, once. */
  async #readAround(pts: number): Promise<void> {
    if (this.table.at(pts) !== undefined) return;
    const known = this.#reading.get(pts);
    if (known !== undefined) return known;
    const reading = this.read(pts)
      .then((part) => this.table.add(part.runs, part.end_pts))
      .finally(() => this.#reading.delete(pts));
    this.#reading.set(pts, reading);
    return reading;
  }
}
