import { expect, test } from "vitest";
import { type Clock, lengthOf, ptsAt, ptsOfTimecode, secondsAt, secondsOf, timecodeAt } from "./timeline";

const CLOCK: Clock = {
  time_base: { numerator: 1, denominator: 90_000 },
  frame_rate: { numerator: 25, denominator: 1 },
  start_pts: 3600,
  duration_pts: 900_000,
  frame_count: 250,
  variable_rate: false,
  start_timecode: "10:00:00:00",
  drop_frame: false,
  has_gaps: false,
};
const DROP: Clock = {
  ...CLOCK,
  start_pts: 0,
  frame_rate: { numerator: 30_000, denominator: 1001 },
  start_timecode: "00:59:59;28",
  drop_frame: true,
};

test("labels count pictures at a constant rate, whatever their pts", () => {
  expect(timecodeAt(CLOCK, { pts: 3600, frame: 0 })).toBe("10:00:00:00");
  expect(timecodeAt(CLOCK, { pts: 3600 + 3600 * 26 + 1, frame: 26 })).toBe("10:00:01:01");
});

test("labels count the nominal grid where the rate varies", () => {
  expect(timecodeAt({ ...CLOCK, variable_rate: true }, { pts: 3600 + 90_000, frame: 7 })).toBe("10:00:01:00");
});

test("drop frame skips labels at the minute", () => {
  expect(timecodeAt(DROP, { pts: 0, frame: 2 })).toBe("01:00:00;00");
  const minute: Clock = { ...DROP, start_timecode: "00:00:59;29" };
  expect(timecodeAt(minute, { pts: 0, frame: 1 })).toBe("00:01:00;02");
});

test("an asset without a start timecode has none", () => {
  expect(timecodeAt({ ...CLOCK, start_timecode: "" }, { pts: 0, frame: 0 })).toBeUndefined();
  expect(timecodeAt({ ...CLOCK, start_timecode: "25:00:00:00" }, { pts: 0, frame: 0 })).toBeUndefined();
});

test("a label leads back to the pts of its picture, over midnight too", () => {
  expect(ptsOfTimecode(CLOCK, "10:00:01:01")).toBe(3600 + 26 * 3600);
  expect(ptsOfTimecode({ ...CLOCK, start_timecode: "23:59:59:24" }, "00:00:00:00")).toBe(3600 + 3600);
  expect(() => ptsOfTimecode(CLOCK, "10:00:01;01")).toThrow();
});

test("seconds and pts lead to one another", () => {
  expect(secondsAt(CLOCK, 93_600)).toBe(1);
  expect(ptsAt(CLOCK, 1)).toBe(93_600);
  expect(secondsOf("3.5s")).toBe(3.5);
  expect(secondsOf(undefined)).toBeNaN();
});

test("lengths read as on a tape's box", () => {
  expect([0, 59.6, 61, 3723, Number.NaN].map(lengthOf)).toEqual(["0:00", "1:00", "1:01", "1:02:03", "–"]);
});
