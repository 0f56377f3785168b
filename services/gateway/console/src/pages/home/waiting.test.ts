import { expect, test } from "vitest";
import type { Counts } from "../../api/generated";
import { includes, type Role } from "../../domain/roles";
import { home } from "../../words/en/home";
import { underWay, waitingFor } from "./waiting";

const ALL_ANSWERED = { unavailable: [], missing: [], missing_wordings: [], refreshing: false };

const COUNTS: Counts = {
  assets: [
    { state: "analysed", count: 7 },
    { state: "analysing", count: 2 },
    { state: "rejected", count: 1 },
  ],
  assets_failed: 1,
  samples_proposed: 12,
  unknown_people: 3,
  refusals: 2,
  candidates_waiting: 1,
  dead_letters: 4,
  open_breakers: ["dataset.review"],
  ...ALL_ANSWERED,
};

function idsFor(role: Role, counts = COUNTS): string[] {
  return waitingFor(counts, home, (least) => includes(role, least)).map((one) => one.id);
}

test("everybody sees what their role may do something about", () => {
  expect(idsFor("viewer")).toEqual(["failed"]);
  expect(idsFor("curator")).toEqual(["samples", "unknown", "failed"]);
  expect(idsFor("rights")).toEqual(["refusals", "failed"]);
  expect(idsFor("admin")).toEqual([
    "breakers",
    "dead-letters",
    "samples",
    "unknown",
    "candidates",
    "refusals",
    "failed",
  ]);
});

test("nothing waits where nothing is, and what is not known is not said to be nothing", () => {
  expect(idsFor("admin", { ...ALL_ANSWERED, unavailable: ["samples_proposed"] })).toEqual([]);
  expect(idsFor("admin", { ...ALL_ANSWERED, samples_proposed: 0, dead_letters: 0 })).toEqual([]);
});

test("what has ended is not under way", () => {
  expect(underWay(COUNTS)).toEqual({ moving: 2, all: 10 });
});
