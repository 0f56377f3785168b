import { expect, test } from "vitest";
import { EMPTY, estimateOf, lacksOf, requestOf } from "./reanalysis";

test("everything is said where no condition is named, and only there", () => {
  expect(estimateOf(EMPTY)).toEqual({ target: { skipped: true }, selection: { all: true } });
  const since = estimateOf({ ...EMPTY, what: "analyser:faces", from: "2026-11-01" });
  expect(since.target).toEqual({ analyser: "faces" });
  expect(Object.keys(since.selection)).toEqual(["since"]);
  expect(estimateOf({ ...EMPTY, where: "series", series: " Abendschau " }).selection).toEqual({
    series: ["Abendschau"],
  });
});

test("single assets are meant whenever they were asked for", () => {
  const draft = { ...EMPTY, where: "assets" as const, assets: [{ id: "a", title: "A" }], from: "2026-11-01" };
  expect(estimateOf({ ...draft, what: "model:house/dogs" })).toEqual({
    target: { model: "house/dogs" },
    selection: { asset_ids: ["a"] },
  });
});

test("hours are given both or not at all", () => {
  expect(lacksOf({ ...EMPTY, begin: "22:00" })).toEqual(["hours"]);
  expect(requestOf(EMPTY).window).toBeUndefined();
  expect(requestOf({ ...EMPTY, begin: "22:00", end: "06:00" }).window).toMatchObject({ begin: "22:00", end: "06:00" });
});

test("what is not named is lacking at its field", () => {
  expect(lacksOf(EMPTY)).toEqual([]);
  expect(lacksOf({ ...EMPTY, where: "series" })).toEqual(["series"]);
  expect(lacksOf({ ...EMPTY, where: "channel" })).toEqual(["channel"]);
  expect(lacksOf({ ...EMPTY, where: "assets" })).toEqual(["assets"]);
  expect(lacksOf({ ...EMPTY, from: "2026-11-02", until: "2026-11-02" })).toEqual(["dates"]);
});
