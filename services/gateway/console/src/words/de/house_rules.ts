import type { HouseRuleWords } from "../en/house_rules";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

export const houseRules: HouseRuleWords = {
  tab: "Hausregeln",
  title: "Was andere Hausregeln bewirken würden",
  text: "Die geltenden Regeln stehen in einer Datei, die der Betrieb führt (FRAMEWELL_DATASET_HOUSE_RULES). Hier wird ein Entwurf davon an allem erprobt, was da ist; geändert wird nichts.",
  rules: "Regeln, als JSON",
  open: "Datei öffnen",
  preview: "Erproben",
  none: "Der Entwurf enthält keine Regel.",
  condition: "Gilt für",
  statement: "Erklärung",
  assets: "Beiträge",
  matchesNothing: "trifft auf nichts zu",
  effect: "Zusammen",
  changed: (n) => `${count(n, { one: "Beitrag wird", other: "Beiträge werden" })} anders entschieden`,
  withdrawn: (n) => `${count(n, { one: "Muster fällt", other: "Muster fallen" })} weg`,
  proposed: (n) => `${count(n, { one: "Muster wird", other: "Muster werden" })} doch vorgeschlagen`,
  snapshots: (n) => `${count(n, { one: "Datenstand wird", other: "Datenstände werden" })} zurückgezogen`,
  nothing: "Keine Entscheidung würde sich ändern.",
};
