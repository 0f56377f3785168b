import { expect, test } from "vitest";
import { NOTHING_READ, type PageLink, pagesBetween, withPage } from "./page-links";

const THREE: readonly PageLink[] = [
  { token: "", length: 100 },
  { token: "a", length: 100 },
  { token: "b", length: 0 },
];

test("a page that is read names the next, and the last names none", () => {
  const one = withPage(NOTHING_READ, 0, 100, "a");
  expect(one).toEqual([
    { token: "", length: 100 },
    { token: "a", length: 0 },
  ]);
  expect(withPage(one, 1, 7, "")).toEqual([
    { token: "", length: 100 },
    { token: "a", length: 7 },
  ]);
});

test("a page that reads as before changes nothing", () => {
  expect(withPage(THREE, 1, 100, "b")).toBe(THREE);
});

test("a page that names another next page forgets those behind it", () => {
  expect(withPage(THREE, 0, 100, "c")).toEqual([
    { token: "", length: 100 },
    { token: "c", length: 0 },
  ]);
});

test("a page that became shorter keeps those behind it", () => {
  expect(withPage(THREE, 0, 98, "a")).toEqual([{ token: "", length: 98 }, ...THREE.slice(1)]);
});

test("only pages between two items are asked for, and the unread one where its place is reached", () => {
  expect(pagesBetween(THREE, 10, 40)).toEqual([0]);
  expect(pagesBetween(THREE, 90, 110)).toEqual([0, 1]);
  expect(pagesBetween(THREE, 150, 205)).toEqual([1, 2]);
  expect(pagesBetween(NOTHING_READ, 0, 0)).toEqual([0]);
  expect(pagesBetween(THREE, 900, 950)).toEqual([2]);
});
