/**
 * Refusals whose sentence has no template, by their stable word (docs/refusals.md); the gateway's own sentence stands
 * below, in English. All others are in `sentences`.
 */
export const refusals: Readonly<Record<string, string>> = {
  bad_hours: "Die Zeitangabe ist nicht zulässig.",
  bad_house_rules: "Die Hausregeln enthalten einen Fehler.",
  bad_observation_id: "Diese Beobachtung gibt es nicht.",
  conflict: "Das widerspricht dem, was schon da ist.",
  empty_snapshot: "Der Datenstand ist leer: Es gibt nichts zu lernen.",
  gone: "Das wurde entfernt oder gelöscht.",
  invalid_parameter: "Eine Angabe ist nicht zulässig.",
  unusable_model: "Dieses Modell lässt sich nicht verwenden.",
};
