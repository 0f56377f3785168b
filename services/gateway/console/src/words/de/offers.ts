import type { offers as en } from "../en/offers";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

export const offers: typeof en = {
  samples: (n) => count(n, { one: "angenommenes Muster", other: "angenommene Muster" }),
  assets: (n) => count(n, { one: "Beitrag", other: "Beiträge" }),
  untitled: "Ohne Titel",
};
