/** Boxes of a long programme, read window by window around what is shown, and let go again. */

import { boxesAt, type Seen, type ShownBox } from "../../domain/boxes";

const KEPT = 12;

export class BoxWindows {
  readonly #windows = new Map<number, readonly Seen[]>();
  readonly #reading = new Set<number>();

  /** `length` is that of a window in ticks; `changed` is called when one has arrived. */
  constructor(
    private readonly length: number,
    private readonly read: (startPts: number, endPts: number) => Promise<Seen[]>,
    private readonly changed: () => void,
  ) {}

  /** What is seen in a picture, as far as its window is there; the next window is asked for in time. */
  at(pts: number, frame: number): ShownBox[] {
    const window = Math.floor(pts / this.length);
    this.#want(window);
    if (pts - window * this.length > this.length / 2) this.#want(window + 1);
    const seen = this.#windows.get(window);
    return seen === undefined ? [] : boxesAt(seen, pts, frame);
  }

  #want(window: number): void {
    if (this.#windows.has(window) || this.#reading.has(window)) return;
    this.#reading.add(window);
    this.read(window * this.length, (window + 1) * this.length)
      .then((seen) => {
        this.#windows.set(window, seen);
        for (const old of [...this.#windows.keys()].slice(0, -KEPT)) this.#windows.delete(old);
        this.changed();
      })
      .catch(() => {
        // Asked for again with the next picture: boxes are beside the programme, not in its way.
      })
      .finally(() => this.#reading.delete(window));
  }
}
