import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

/** Words beside what is offered while somebody writes. */
export const offers = {
  samples: (n: number) => count(n, { one: "accepted sample", other: "accepted samples" }),
  assets: (n: number) => count(n, { one: "asset", other: "assets" }),
  untitled: "Untitled",
};
