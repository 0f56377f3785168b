import type { propose as en } from "../en/propose";

export const propose: typeof en = {
  title: "Wer ist hier zu sehen?",
  picture: (faces) => (faces === 1 ? "Das Bild mit einem Gesicht" : `Das Bild mit ${faces} Gesichtern`),
  noPicture: "Das Bild lässt sich nicht zeigen.",
  faces: "Gesicht",
  face: (n) => `Gesicht ${n}`,
  chooseFace: "Wählen Sie das gemeinte Gesicht.",
  noFace: "In diesem Bild wurde kein Gesicht gefunden",
  noFaceHelp: "Gehen Sie zu einem Bild, in dem ein Gesicht einen Rahmen hat.",
  name: "Name",
  nameHelp: "Namen schreiben; die Eingabetaste nimmt den markierten.",
  make: (name) => `Neue Person: ${name}`,
  chooseName: "Wählen Sie jemanden aus der Liste.",
  note: "Woher Sie es wissen (kann leer bleiben)",
  send: "Vorschlagen",
  sent: (name) => `Als ${name} vorgeschlagen. Das Muster wartet in der Prüfung.`,
  withheld: (name) => `${name} ist hier vermerkt und durch Rechte gesperrt.`,
  withheldText: "Der Vorschlag ist vermerkt und kommt in die Prüfung, sobald die Rechte es erlauben.",
};
