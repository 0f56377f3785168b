import { expect, test } from "vitest";
import { flawsOf, NOTHING_STATED, type Stated, statementsOf } from "./statement";

const NOW = new Date(2026, 10, 30, 12);
const LICENCE: Stated = { ...NOTHING_STATED, basis: "licence", holder: " Kanal Eins ", territories: "DE, AT;CH " };

test("own production allows everything and names its holder", () => {
  expect(statementsOf({ ...NOTHING_STATED, holder: "Kanal Eins" })).toEqual([
    { use: "allowed", legal_basis: "own_production", holder: "Kanal Eins" },
  ]);
});

test("a licence is limited as the form says", () => {
  const [statement] = statementsOf({ ...LICENCE, until: "2027-12-31", verbatim: "For news.", foundAt: "§ 3" });
  expect(statement).toMatchObject({
    use: "allowed",
    legal_basis: "licence",
    holder: "Kanal Eins",
    purposes: ["analysis", "own_training"],
    territories: ["DE", "AT", "CH"],
    verbatim: "For news.",
    found_at: "§ 3",
  });
  expect(new Date(statement?.valid_until ?? "").getTime()).toBe(new Date(2028, 0, 1).getTime());
});

test("a prohibition has no purposes, so that it covers all", () => {
  expect(statementsOf({ ...LICENCE, basis: "prohibited" })).toEqual([{ use: "prohibited", holder: "Kanal Eins" }]);
});

test("who states nothing sends no statement", () => {
  expect(statementsOf({ ...LICENCE, basis: "none" })).toEqual([]);
  expect(flawsOf({ ...NOTHING_STATED, basis: "none" }, NOW)).toEqual([]);
});

test("what is missing or past is named", () => {
  expect(flawsOf(NOTHING_STATED, NOW)).toEqual(["holder"]);
  expect(flawsOf({ ...LICENCE, holder: "", purposes: [], until: "2026-11-29" }, NOW)).toEqual([
    "holder",
    "purposes",
    "until",
  ]);
  expect(flawsOf({ ...LICENCE, until: "2026-11-30" }, NOW)).toEqual([]);
});
