import { expect, it } from "vitest";
import type { FrameRun } from "../domain/frames";
import type { Clock } from "../domain/timeline";
import { PictureClock, type Shown } from "./picture_clock";

/** 25 pictures a second for a minute, whose first stands at 900. */
const clock: Clock = {
  time_base: { numerator: 1, denominator: 1000 },
  frame_rate: { numerator: 25, denominator: 1 },
  start_pts: 900,
  duration_pts: 60_000,
  frame_count: 1500,
  variable_rate: false,
  start_timecode: "",
  drop_frame: false,
  has_gaps: false,
};
const run: FrameRun = { first_frame: 0, start_pts: 900, frames: 1500, ticks: 40, of: 1, phase: 0 };
const PICTURE_S = 0.04;

/** A video element that presents a picture so many after the one that it is brought to, `wrong` times. */
class Video extends EventTarget {
  readonly seeks: number[] = [];
  #callbacks = new Map<number, VideoFrameRequestCallback>();
  #next = 1;

  constructor(
    private readonly off: number,
    private wrong = Number.POSITIVE_INFINITY,
  ) {
    super();
  }

  pause(): void {}

  requestVideoFrameCallback(callback: VideoFrameRequestCallback): number {
    this.#callbacks.set(this.#next, callback);
    this.#next += 1;
    return this.#next - 1;
  }

  cancelVideoFrameCallback(handle: number): void {
    this.#callbacks.delete(handle);
  }

  set currentTime(seconds: number) {
    this.seeks.push(seconds);
    queueMicrotask(() => {
      const off = this.wrong > 0 ? this.off : 0;
      this.wrong -= 1;
      const waiting = [...this.#callbacks.values()];
      this.#callbacks.clear();
      const mediaTime = (Math.floor(seconds / PICTURE_S + 1e-6) + off) * PICTURE_S;
      for (const tell of waiting) tell(0, { mediaTime } as VideoFrameCallbackMetadata);
      this.dispatchEvent(new Event("seeked"));
    });
  }
}

function clockOf(video: Video): { pictures: PictureClock; certainties: Shown["certainty"][] } {
  const pictures = new PictureClock(video as unknown as HTMLVideoElement, clock, async () => ({
    runs: [run],
    end_pts: 60_900,
  }));
  const certainties: Shown["certainty"][] = [];
  pictures.shown.subscribe(() => certainties.push(pictures.shown.get().certainty));
  return { pictures, certainties };
}

it("is exact where the browser presents what was asked for at once", async () => {
  const video = new Video(0);
  const { pictures } = clockOf(video);
  await pictures.toFrame(100);
  expect(pictures.shown.get()).toEqual({ picture: { frame: 100, pts: 4900, endPts: 4940 }, certainty: "exact" });
  expect(video.seeks).toHaveLength(1);
});

it.each([-1, 1])("seeks elsewhere in the picture until the browser presents it (neighbour %i)", async (off) => {
  const video = new Video(off, 3);
  const { pictures } = clockOf(video);
  await pictures.toFrame(100);
  expect(pictures.shown.get()).toMatchObject({ picture: { frame: 100 }, certainty: "exact" });
  expect(video.seeks).toHaveLength(4);
});

it.each([-1, 1])("says after three corrections that it is not confirmed, and which one is shown (%i)", async (off) => {
  const video = new Video(off);
  const { pictures, certainties } = clockOf(video);
  await pictures.toFrame(100);
  expect(pictures.shown.get()).toMatchObject({ picture: { frame: 100 + off }, certainty: "unconfirmed" });
  expect(certainties).not.toContain("exact");
  expect(video.seeks).toHaveLength(4);
  expect(new Set(video.seeks).size, "each at another place").toBe(4);
  for (const seconds of video.seeks) expect(Math.floor(seconds / PICTURE_S)).toBe(100);
});

it("goes on from there: the next picture is tried anew", async () => {
  const video = new Video(1, 4);
  const { pictures } = clockOf(video);
  await pictures.toFrame(100);
  expect(pictures.shown.get().certainty).toBe("unconfirmed");
  await pictures.step(1);
  expect(pictures.shown.get()).toMatchObject({ picture: { frame: 102 }, certainty: "exact" });
});
