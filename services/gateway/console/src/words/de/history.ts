import type { history as en } from "../en/history";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

type Told = (n: number) => string;

const always = (text: string): Told => {
  return (n) => (n === 1 ? text : `${text} (${n}×)`);
};
const some = (one: string, noun: string, other: string): Told => {
  return (n) => (n === 1 ? one : `${count(n, { one: noun, other: noun })} ${other}`);
};

const events: Readonly<Record<string, Told>> = {
  "access.changed": always("Der Zugang von jemandem wurde geändert"),
  "access.recorded": always("Trainingsdaten wurden herausgegeben"),
  "asset.analysed": always("Als Ganzes analysiert"),
  "asset.ingested": always("Übernommen"),
  "asset.permitted": always("Jetzt erlaubt: Ausgelassenes wird nachgeholt"),
  "asset.rejected": always("Zurückgewiesen"),
  "asset.removed": always("Entfernt"),
  "asset.transcoded": always("Die Ansichtskopie lässt sich abspielen"),
  "audit.sealed": always("Das Protokoll der Entscheidungen wurde versiegelt"),
  "classes.changed": some("Jemand wurde umbenannt oder zusammengeführt", "Personen", "umbenannt oder zusammengeführt"),
  "cluster.decided": some("Über eine unbekannte Person wurde entschieden", "Entscheidungen", "über Unbekannte"),
  "erasure.completed": some("Ein Dienst hat es gelöscht", "Dienste", "haben es gelöscht"),
  "erasure.planned": always("Was eine Löschung mitnimmt, ist festgestellt"),
  "erasure.requested": always("Eine Löschung wurde beantragt"),
  "face.searched": always("Jemand hat im Archiv nach einem Gesicht gesucht"),
  "ingest.requested": always("Angefordert"),
  "model.held": always("Ein Modell wurde zurückgehalten oder freigegeben"),
  "model.promoted": always("Ein Modell ging in Betrieb"),
  "model.registered": always("Ein Modell wurde übernommen oder umgeschaltet"),
  "model.retired": always("Ein Modell ging außer Betrieb"),
  "programme.changed": always("Die Angaben zur Sendung wurden geändert"),
  "recognition.updated": always("Das Archiv wurde neu benannt"),
  "recording.closed": always("Die Aufzeichnung ist vollständig"),
  "recording.moved": always("Teile kamen zu spät: Es wird neu gemacht"),
  "rights.applied": always("Eine Änderung der Rechte wurde wirksam"),
  "rights.changed": always("Rechte wurden geändert"),
  "rights.decided": always("Was erlaubt ist, wurde entschieden"),
  "sample.proposed": some("Ein Muster wurde vorgeschlagen", "Muster", "wurden vorgeschlagen"),
  "sample.reviewed": some("Über ein Muster wurde entschieden", "Muster", "wurden entschieden"),
  "sample.withdrawn": some("Ein Muster wurde zurückgezogen", "Muster", "wurden zurückgezogen"),
  "sample.withheld": some(
    "Ein Muster wurde aus rechtlichen Gründen gesperrt",
    "Muster",
    "wurden aus rechtlichen Gründen gesperrt",
  ),
  "snapshot.published": always("Ein Datenstand wurde veröffentlicht"),
  "snapshot.withdrawn": always("Ein Datenstand wurde zurückgezogen"),
  "training.completed": always("Ein Training ist beendet"),
  "training.requested": always("Ein Training wurde angefordert"),
  "usage.recorded": some("Eine Nutzung wurde verzeichnet", "Nutzungen", "wurden verzeichnet"),
};

export const history: typeof en = {
  events,
  by: (who) => `durch ${who}`,
  rule: "eine Regel des Mesh",
  local: "jemanden an diesem Rechner",
  until: "bis",
  pieces: (analysed, planned) =>
    `${count(planned, { one: "Abschnitt", other: "Abschnitte" })} hereingekommen, ${analysed === planned ? "alle" : analysed} analysiert`,
  failed: (n) => `${count(n, { one: "Abschnitt", other: "Abschnitte" })} aufgegeben`,
};
