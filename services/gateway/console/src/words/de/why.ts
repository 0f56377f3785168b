import type { why as en } from "../en/why";

export const why: typeof en = {
  verdicts: { moving: "Es geht voran", waiting: "Es wartet", stuck: "Es steckt fest", ended: "Es ist abgeschlossen" },
  waitsFor: "Wartet auf",
  advice: "Was zu tun ist",
  jobs: "Laufende Aufträge",
  deadLetters: "Unterwegs aufgegeben",
  incomplete: "Nicht bekannt",
  last: "Letztes Ereignis",
  asset: "Der Beitrag",
};
