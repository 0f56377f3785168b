import type { home as en } from "../en/home";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

export const home: typeof en = {
  title: "Start",
  waiting: "Wartet auf Sie",
  nothing: "Nichts wartet auf Sie",
  nothingText: "Neue Arbeit erscheint hier von selbst.",
  open: "Ersten Eintrag öffnen",
  unsent: (n) => count(n, { one: "Entscheidung noch nicht gesendet", other: "Entscheidungen noch nicht gesendet" }),
  unsentText: "Sie sind in diesem Tab gespeichert und gehen hinaus, sobald das Mesh sie annimmt.",
  samples: (n) => count(n, { one: "Muster zu prüfen", other: "Muster zu prüfen" }),
  samplesText: "Von einem Modell vorgeschlagen; Ihr Ja oder Nein fehlt noch.",
  unknown: (n, more) =>
    `${more ? "Mindestens " : ""}${count(n, { one: "Person ohne Namen", other: "Personen ohne Namen" })}`,
  unknownText: "Gesehen, aber keinem Modell bekannt.",
  refusals: (n) => count(n, { one: "Ablehnung heute", other: "Ablehnungen heute" }),
  refusalsText: "Muster, die aus rechtlichen Gründen gesperrt sind.",
  candidates: (n, more) =>
    `${more ? "Mindestens " : ""}${count(n, { one: "Modell kann in Betrieb gehen", other: "Modelle können in Betrieb gehen" })}`,
  candidatesText: "Trainiert, gemessen und noch nicht in Betrieb.",
  failed: (n) => count(n, { one: "Beitrag gescheitert", other: "Beiträge gescheitert" }),
  failedText: "Zurückgewiesen oder als Ganzes nicht analysiert.",
  deadLetters: (n) => count(n, { one: "Ereignis aufgegeben", other: "Ereignisse aufgegeben" }),
  deadLettersText: "Sie ließen sich nicht verarbeiten: wiederholen oder verwerfen.",
  breakers: (n) => count(n, { one: "Stufe angehalten", other: "Stufen angehalten" }),
  breakersText: "Nach zu vielen Fehlern hintereinander.",
  lately: "Zuletzt",
  allAssets: "Alles Material",
  underWay: (n) => `${count(n, { one: "Beitrag", other: "Beiträge" })} in Arbeit`,
  parts: {
    assets: "Material",
    samples_proposed: "Muster zur Prüfung",
    unknown_people: "Personen ohne Namen",
    refusals: "Ablehnungen",
    candidates_waiting: "Wartende Modelle",
    dead_letters: "Aufgegebene Ereignisse",
    open_breakers: "Angehaltene Stufen",
  },
  first: {
    title: "Hier ist noch nichts",
    text: "Fügen Sie eine erste Datei hinzu. Eine Minute später sehen Sie, wer und was darin vorkommt.",
    button: "Datei hinzufügen",
    without: "Sobald Material eintrifft, erscheint hier, was auf Sie wartet.",
  },
  local: {
    title: "Dieses Mesh ist lokal",
    text: "Jeder an diesem Rechner darf hier alles; von außen ist es nicht erreichbar. Für weitere Personen legen Sie zuerst ein Administrationskonto an: mit dem Code, den „framewell users setup-code“ an diesem Rechner ausgibt.",
    button: "Zugang einrichten",
  },
};
