import { expect, test } from "vitest";
import { EVENT_NAMES } from "./event_names";
import { staleAfter } from "./invalidations";

test("every fact of the mesh makes something old", () => {
  const without = EVENT_NAMES.filter((name) => staleAfter({ name, subject: "", data: {} }).length < 2);
  expect(without).toEqual([]);
});

test("an event of an asset makes its own entry old, and no other's", () => {
  const stale = staleAfter({ name: "chunk.analysed", subject: "", data: { asset_id: "a" } });
  expect(stale).toEqual([["events"], ["assets", "list"], ["assets", "one", "a"]]);
});
