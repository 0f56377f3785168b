import type { why as en } from "../en/why";

export const why: typeof en = {
  verdicts: { moving: "Geht voran", waiting: "Wartet", stuck: "Steckt fest", ended: "Abgeschlossen" },
  waitsFor: "Wartet auf",
  advice: "Was zu tun ist",
  jobs: "Laufende Aufträge",
  deadLetters: "Unterwegs aufgegeben",
  missing: "Es fehlt",
  incomplete: "Nicht bekannt",
  last: "Letztes Ereignis",
  pieces: {
    "audio.analysed": "Der Ton wurde analysiert",
    "audio.extracted": "Der Ton wurde herausgelöst",
    "chunk.analysed": "Ein Abschnitt wurde analysiert",
    "chunk.planned": "Ein Abschnitt wurde geplant",
    "chunk.transcoded": "Ein Abschnitt wurde umgewandelt",
    "segment.arrived": "Ein Segment ist eingetroffen",
    "segment.ingested": "Ein Segment wurde übernommen",
  },
};
