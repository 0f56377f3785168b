import type { search as en } from "../en/search";
import { pluralsOf } from "../plurals";

const count = pluralsOf("de");

export const search: typeof en = {
  box: "Wörter im Bild, gesprochen oder gesehen",
  help: "Alle Wörter in einer Zeile oder einem Satz; in Anführungszeichen wörtlich. Groß- und Kleinschreibung und Akzente spielen keine Rolle.",
  where: "Wo",
  kinds: {
    all: "Überall",
    text: "Im Bild",
    transcript: "Gesprochen",
    label: "Gesehen",
  },
  kindOf: {
    text: "Im Bild",
    transcript: "Gesprochen",
    label: "Gesehen",
    object: "Gesehen",
    region: "Gesehen",
    picture: "Bild",
    face: "Person",
  },
  picture: "Ähnliches Bild",
  pictureHelp:
    "Ziehen Sie ein Bild hierher oder wählen Sie eines. JPEG, PNG oder WebP, höchstens 4 MB; es wird nicht gespeichert.",
  choosePicture: "Bild wählen",
  yourPicture: "Ihr Bild",
  otherPicture: "Andere Suche",
  tooLarge: "Das Bild ist größer als 4 MB.",
  noPicture: "Das ist kein Bild zum Vergleichen: JPEG, PNG oder WebP.",
  distance: (distance) => `Abstand ${distance}`,
  itsPicture: "Bild der Sendung",
  soughtIn: "Wonach gesucht wird",
  sought: { scene: "Szenen wie diese", face: "Das größte Gesicht darin" },
  reason: "Warum suchen Sie diese Person?",
  reasonHelp: "Der Grund wird mit Ihrem Namen und der Uhrzeit festgehalten.",
  noReason: "Nennen Sie einen Grund: Ohne ihn wird nach keinem Gesicht gesucht.",
  lookForFace: "Gesicht suchen",
  likeness: {
    near: (distance) => `Nah (${distance}): kann dieselbe Person sein oder jemand, der ihr ähnlich sieht`,
    question: (distance) => `Unsicher (${distance}): selten dieselbe Person`,
    far: (distance) => `Fern (${distance}): jemand anderes`,
  },
  people: "Personen dieses Namens",
  start: "Das ganze Archiv durchsuchen",
  startHelp: "Nach Wörtern, nach dem Namen einer Person oder nach einem Bild.",
  nothing: "Nichts gefunden",
  nothingHelp: "Gefunden werden nur ganze Wörter. Was nicht analysiert werden darf, wird nicht gefunden.",
  found: (n, more) => `${more ? "Mehr als " : ""}${count(n, { one: "Stelle", other: "Stellen" })}`,
  when: "Wann",
  programme: "Sendung",
  more: "Mehr",
  results: "Stellen",
  untitled: "Ohne Titel",
  keys: { next: "Nächste Stelle", previous: "Vorige Stelle", open: "Dort abspielen" },
};
