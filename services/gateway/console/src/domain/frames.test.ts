import { describe, expect, it } from "vitest";
import { type FrameRun, FrameTable, ptsOf } from "./frames";

const film: FrameRun = { first_frame: 0, start_pts: 9000, frames: 345_254, ticks: 15_015, of: 4, phase: 0 };

function table(...runs: FrameRun[]): FrameTable {
  const made = new FrameTable();
  const last = runs.at(-1) as FrameRun;
  made.add(runs, ptsOf(last, last.first_frame + last.frames));
  return made;
}

describe("the frame table", () => {
  it("names every picture of four hours at 23.976 by the moment it begins, is shown and ends", () => {
    const whole = table(film);
    for (const frame of [0, 1, 2, 3, 4, 5, 1000, 172_627, 345_252, 345_253]) {
      const found = whole.frame(frame);
      expect(found?.pts).toBe(9000 + Math.floor((frame * 15_015) / 4));
      expect(whole.at(found?.pts ?? 0)).toEqual(found);
      expect(whole.at((found?.endPts ?? 0) - 1)).toEqual(found);
      if (frame > 0) expect(whole.at((found?.pts ?? 0) - 1)?.frame).toBe(frame - 1);
    }
    expect(whole.at(8999)).toBeUndefined();
    expect(whole.frame(345_254)).toBeUndefined();
  });

  it("takes a time that a clock rounded for the picture that begins there", () => {
    const whole = table(film);
    const third = whole.frame(3);
    expect(whole.nearest((third?.pts ?? 0) - 1)?.frame).toBe(3);
    expect(whole.nearest((third?.pts ?? 0) + 1)?.frame).toBe(3);
  });

  it("holds a picture over a gap, and goes on with the next number", () => {
    const gap = table(
      { first_frame: 0, start_pts: 0, frames: 4, ticks: 3600, of: 1, phase: 0 },
      { first_frame: 4, start_pts: 36_000, frames: 3, ticks: 3600, of: 1, phase: 0 },
    );
    const held = gap.at(30_000);
    expect(held).toEqual({ frame: 3, pts: 10_800, endPts: 36_000 });
    expect(gap.after(held as NonNullable<typeof held>)?.frame).toBe(4);
    expect(gap.before({ frame: 4, pts: 36_000, endPts: 39_600 })?.frame).toBe(3);
  });

  it("knows what it was given alone, in whatever order and how often it came", () => {
    const made = new FrameTable();
    const later: FrameRun[] = [{ first_frame: 100, start_pts: 5000, frames: 10, ticks: 40, of: 1, phase: 0 }];
    made.add(later, 5400);
    made.add([{ first_frame: 0, start_pts: 0, frames: 2, ticks: 40, of: 1, phase: 0 }], 80);
    made.add(later, 5400);
    expect(made.size).toBe(2);
    expect(made.at(79)?.frame).toBe(1);
    expect(made.at(80)).toBeUndefined();
    expect(made.frame(50)).toBeUndefined();
    expect(made.at(5399)).toEqual({ frame: 109, pts: 5360, endPts: 5400 });
    expect(new FrameTable().at(0)).toBeUndefined();
  });

  it("starts with what was left over by the page before", () => {
    const page = table({ first_frame: 2, start_pts: 7507, frames: 3, ticks: 15_015, of: 4, phase: 2 });
    expect([2, 3, 4].map((frame) => page.frame(frame)?.pts)).toEqual([7507, 11_261, 15_015]);
  });
});
