import type { searchReasons as en } from "../en/search_reasons";

export const searchReasons: typeof en = {
  reading: "Die Begründung wird gelesen …",
  gone: "Kafka bewahrt die Begründung nicht mehr auf.",
  away: "Die Begründung lässt sich zurzeit nicht lesen.",
};
