import type { why as en } from "../en/why";

export const why: typeof en = {
  verdicts: { moving: "Geht voran", waiting: "Wartet", stuck: "Steckt fest", ended: "Abgeschlossen" },
  waitsFor: "Wartet auf",
  advice: "Was zu tun ist",
  jobs: "Laufende Aufträge",
  deadLetters: "Unterwegs aufgegeben",
  incomplete: "Nicht bekannt",
  last: "Letztes Ereignis",
};
