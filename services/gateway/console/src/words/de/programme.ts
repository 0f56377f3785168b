import type { programme as en } from "../en/programme";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

export const programme: typeof en = {
  untitled: "Ohne Titel",
  tabs: { people: "Personen", text: "Text", speech: "Sprache", rights: "Rechte", history: "Verlauf", list: "Alles" },
  unknown: "Unbekannt",
  unknownPerson: (at) => `Unbekannt ${at}`,
  lanes: { shots: "Einstellungen", others: "Weitere", text: "Text", speech: "Sprache" },
  appearances: (n) => count(n, { one: "Auftritt", other: "Auftritte" }),
  times: (n) => `${n}×`,
  openPerson: "Zur Person",
  namePerson: "Benennen",
  propose: "Vorschlagen …",
  proposeKey: "Sagen, wer in diesem Bild zu sehen ist",
  proposeOf: (who) => `Muster vorschlagen: ${who}`,
  sure: (percent) => `${percent} sicher`,
  noPeople: "Niemand wurde gesehen",
  noPeopleYet: "Noch wurde niemand gesehen",
  noPeopleYetHelp: "Gesichter werden Abschnitt für Abschnitt gesucht, während das Material hereinkommt.",
  noText: "Im Bild wurde nichts gelesen",
  noSpeech: "Keine Sprache erkannt",
  noSpeechHelp: "Gesprochenes wird mitgeschrieben, wo das Modell dafür installiert ist.",
  unsaid: "Jemand spricht",
  noHistory: "Noch ist nichts geschehen",
  noRights: "Noch ist nichts entschieden",
  noRightsHelp: "Über die Rechte wird entschieden, sobald das Material übernommen ist.",
  allowed: "Erlaubt",
  refused: "Abgelehnt",
  erase: "Löschen …",
  follow: "Im Text suchen",
  list: "Was wann zu sehen und zu hören ist",
  coming: {
    requested: {
      title: "Das Material wird geholt",
      text: "Es lässt sich abspielen, sobald es übernommen und eine Ansichtskopie erzeugt ist.",
    },
    ingested: { title: "Das Material ist übernommen", text: "Seine Abschnitte werden geplant." },
    transcoding: {
      title: "Das Material wird umgewandelt",
      text: "Es lässt sich abspielen, sobald der letzte Abschnitt da ist.",
    },
    analysing: { title: "Die Ansichtskopie ist unterwegs", text: "Versuchen Sie es gleich noch einmal." },
    analysed: {
      title: "Hier gibt es nichts abzuspielen",
      text: "Es ließ sich keine Ansichtskopie erzeugen; die Gründe stehen unten.",
    },
  },
  chunks: (done, of) => `${done} von ${count(of, { one: "Abschnitt", other: "Abschnitten" })}`,
  rejected: "Das Material wurde zurückgewiesen",
  removed: "Das Material wurde entfernt",
  gone: "Das Material ist nicht mehr da",
  toAssets: "Zum Material",
  away: "Abspielen geht zurzeit nicht: Transcode ist nicht erreichbar.",
};
