import { describe, expect, it } from "vitest";
import { longestOf, rangeAround, spanAt, visibleSpans } from "./lanes";

const tracks = Array.from({ length: 3000 }, (_, at) => ({ start: at * 100, end: at * 100 + 250, label: `${at}` }));

describe("lanes", () => {
  it("draw no more spans than there are pixels", () => {
    const drawn = visibleSpans(tracks, longestOf(tracks), { from: 0, to: 300_000 }, 800);
    expect(drawn.length).toBeLessThanOrEqual(1601);
    expect(drawn.every(({ x, width }) => x >= 0 && x + width <= 801)).toBe(true);
  });

  it("draw what began before what is visible", () => {
    const drawn = visibleSpans(tracks, 250, { from: 1000, to: 1100 }, 100);
    expect(drawn.map(({ span }) => span.label)).toEqual(["8", "9", "10"]);
    expect(drawn[0]).toMatchObject({ x: 0, width: 50 });
  });

  it("say what is there at a moment", () => {
    expect(spanAt(tracks, 250, 1010)?.label).toBe("10");
    expect(spanAt(tracks, 250, 1_000_000)).toBeUndefined();
  });

  it("keep what is visible within the whole", () => {
    const whole = { from: 100, to: 1100 };
    expect(rangeAround(150, 200, whole)).toEqual({ from: 100, to: 300 });
    expect(rangeAround(1090, 200, whole)).toEqual({ from: 900, to: 1100 });
    expect(rangeAround(600, 5000, whole)).toEqual(whole);
  });
});
