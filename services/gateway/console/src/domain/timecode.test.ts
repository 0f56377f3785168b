import { expect, test } from "vitest";
import { nominalRate, parseTimecode, TimecodeError, timecodeOf } from "./timecode";
import vectors from "./timecode.vectors.json";

test("a rate counts as many frames a second as in Python", () => {
  for (const [numerator, denominator, nominal] of vectors.nominal as number[][]) {
    expect(nominalRate({ numerator: numerator ?? 0, denominator: denominator ?? 0 })).toBe(nominal);
  }
});

test("a label is the picture that it is in Python, and one that Python refuses is refused", () => {
  for (const vector of vectors.parsed) {
    const [label, numerator, denominator, found] = vector as [string, number, number, [number, boolean] | null];
    const parse = () => parseTimecode(label, { numerator, denominator });
    if (found === null) expect(parse, label).toThrow(TimecodeError);
    else expect(parse(), `${label} at ${numerator}/${denominator}`).toEqual({ frame: found[0], dropFrame: found[1] });
  }
});

test("a picture has the label that it has in Python", () => {
  for (const vector of vectors.shown) {
    const [frame, fps, dropFrame, label] = vector as [number, number, boolean, string];
    expect(timecodeOf(frame, fps, dropFrame), `${frame} at ${fps}, drop frame ${dropFrame}`).toBe(label);
  }
});

test("a rate that is not positive has no timecode", () => {
  expect(() => nominalRate({ numerator: 0, denominator: 1 })).toThrow(TimecodeError);
  expect(() => nominalRate({ numerator: 25, denominator: 0 })).toThrow(TimecodeError);
});
