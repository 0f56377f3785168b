import { describe, expect, it } from "vitest";
import type { Candidate } from "../../api/generated";
import { secondsOf, sorted } from "./queries";

function candidate(version: string, snapshot: number, more: Partial<Candidate> = {}): Candidate {
  return {
    model: { name: "identity/people", version },
    in_service: false,
    promoted_because: "",
    withdrawn: "",
    snapshot_number: snapshot,
    class_count: 4,
    completed: {
      run_id: version,
      dataset_id: "people",
      measures: [],
      checks: [],
      verdict: "waits",
    },
    ...more,
  };
}

const versions = (all: readonly Candidate[]) => all.map((one) => one.model?.version);

describe("candidates", () => {
  it("wait for a person while nothing newer serves", () => {
    const found = sorted([candidate("3.0", 3), candidate("2.0", 2, { in_service: true }), candidate("1.0", 1)]);
    expect(versions(found.inService)).toEqual(["2.0"]);
    expect(versions(found.waiting)).toEqual(["3.0"]);
    expect(versions(found.others)).toEqual(["1.0"]);
  });

  it("wait where somebody holds them, and never once they are withdrawn", () => {
    const hold = { reason: "mixed up" };
    const found = sorted([
      candidate("5.0", 5, { withdrawn: "a late no", hold }),
      candidate("4.0", 4, { hold, completed: undefined }),
    ]);
    expect(versions(found.waiting)).toEqual(["4.0"]);
    expect(versions(found.others)).toEqual(["5.0"]);
  });
});

it("reads a duration in seconds", () => {
  expect(secondsOf("41.5s")).toBe(41.5);
  expect(secondsOf(undefined)).toBeUndefined();
  expect(secondsOf("")).toBeUndefined();
});
