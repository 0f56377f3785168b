import { expect, test } from "vitest";
import { includes } from "./roles";

test("rights and curators may not do each other's work, administrators may do all", () => {
  expect(includes("curator", "rights")).toBe(false);
  expect(includes("rights", "curator")).toBe(false);
  for (const least of ["viewer", "curator", "rights", "admin"] as const) expect(includes("admin", least)).toBe(true);
});

test("nobody may do nothing", () => {
  expect(includes(undefined, "viewer")).toBe(false);
});
