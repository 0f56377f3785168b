import { describe, expect, it } from "vitest";
import { boxesAt, chunkOf, type Seen, trackKey } from "./boxes";

const box = { x: 0, y: 0, width: 0.5, height: 0.5 };

function face(ordinal: number, start: number, track = 0): Seen {
  return {
    id: `faces/0/900000/${ordinal}`,
    kind: "face",
    span: { start_pts: start, end_pts: start + 100 },
    moment: { pts: start, frame: start / 10 },
    box,
    score: 0.9,
    text: "",
    face_attributes: { track },
  };
}

describe("boxes over a picture", () => {
  it("are measured in their own picture, and held until the next one was looked at", () => {
    const seen = [face(0, 0), face(1, 100)];
    expect(boxesAt(seen, 0, 0).map((one) => one.held)).toEqual([false]);
    expect(boxesAt(seen, 50, 5).map((one) => one.held)).toEqual([true]);
    expect(boxesAt(seen, 100, 10).map(({ id, held }) => [id, held])).toEqual([["faces/0/900000/1", false]]);
    expect(boxesAt(seen, 200, 20)).toEqual([]);
  });

  it("are told apart by chunk and track", () => {
    expect(chunkOf("faces/0/900000/3")).toBe("0/900000");
    expect(trackKey("1c5b/0/900000", 2)).toBe(trackKey("0/900000", 2));
    expect(boxesAt([face(0, 0, 0), face(1, 0, 1)], 0, 0)).toHaveLength(2);
  });
});
