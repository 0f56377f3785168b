import type { ModelWords } from "../en/models";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

export const models: ModelWords = {
  title: "Modelle",
  text: "Was Sendungen ansieht und Anfragen beantwortet. Ein fremdes Modell wird als tar-Archiv seines Ordners aufgenommen, model.yaml zuerst.",
  none: "Es ist kein Modell bekannt.",
  take: "Modell aufnehmen",
  taking: "Wird aufgenommen und untersucht …",
  taken: (name, version) => `${name} ${version} ist aufgenommen.`,
  name: "Modell",
  version: "Version",
  task: "Was es tut",
  licence: "Lizenz",
  licences: (code, weights) => (code === weights ? code : `${code}, Gewichte ${weights}`),
  where: "Sieht an",
  everything: "alle Sendungen",
  always: "immer, für seine Analyse",
  nothing: "nichts",
  state: "Zustand",
  inForce: "In Kraft",
  beside: "Daneben",
  quarantined: "Nicht verwendbar",
  actions: "Aktionen",
  use: "In Kraft setzen",
  enable: "Alle Sendungen ansehen lassen",
  disable: "Nichts mehr ansehen lassen",
  remove: "Entfernen",
  used: (name, version) => `${name} antwortet jetzt in Version ${version}.`,
  enabled: (name) => `${name} sieht alle Sendungen an.`,
  disabled: (name) => `${name} sieht nichts mehr an.`,
  removed: (n) => `${count(n, { one: "Version ist", other: "Versionen sind" })} entfernt.`,
  removeText: (name, version) =>
    `${name} ${version} wird entfernt. Was es gesehen hat, bleibt, mit Modell und Version benannt.`,
};
