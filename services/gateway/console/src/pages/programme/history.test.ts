import { expect, test } from "vitest";
import { EVENT_NAMES } from "../../api/event_names";
import { nameOf, typeOf } from "../../domain/event-types";
import { history as de } from "../../words/de/history";
import { history as en } from "../../words/en/history";
import { linesOf, TOLD } from "./history";

test("every event that is told has words, one and many, in both languages", () => {
  for (const { events } of [de, en]) {
    const without = TOLD.filter((name) => !events[name]?.(1) || !events[name]?.(7));
    expect(without).toEqual([]);
    expect(Object.keys(events).filter((name) => !(TOLD as readonly string[]).includes(name))).toEqual([]);
  }
});

test("pieces are left to their number, and a request can name all others", () => {
  const left = EVENT_NAMES.filter((name) => !TOLD.includes(name));
  expect(left).toContain("chunk.analysed");
  expect(left.every((name) => /^(audio|chunk|segment)\./.test(name))).toBe(true);
  expect(TOLD.length).toBeLessThanOrEqual(50);
});

test("a type has its name, a later version another one", () => {
  expect(typeOf("asset.ingested")).toBe("framewell.asset.ingested.v1");
  expect(typeOf("asset.ingested.v2")).toBe("framewell.asset.ingested.v2");
  for (const name of ["asset.ingested", "asset.ingested.v2"]) expect(nameOf(typeOf(name))).toBe(name);
});

test("what the same person did in a row is one line", () => {
  const event = (id: string, name: string, principal = "") => ({
    id,
    type: typeOf(name),
    source: "framewell/dataset",
    subject: "",
    time: `2026-11-30T12:00:0${id}Z`,
    data: { actor: { principal } },
  });
  const lines = linesOf([
    event("1", "sample.reviewed", "anna"),
    event("2", "sample.reviewed", "anna"),
    event("3", "sample.reviewed", "bert"),
    event("4", "rights.decided"),
  ]);
  expect(lines.map((line) => [line.name, line.who, line.count, line.last])).toEqual([
    ["sample.reviewed", "anna", 2, "2026-11-30T12:00:02Z"],
    ["sample.reviewed", "bert", 1, "2026-11-30T12:00:03Z"],
    ["rights.decided", "", 1, "2026-11-30T12:00:04Z"],
  ]);
});
