import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

/** Words of the page of one programme. */
export const programme = {
  untitled: "Untitled",
  tabs: { people: "People", text: "Text", speech: "Speech", rights: "Rights", history: "History", list: "All" },
  unknown: "Unknown",
  unknownPerson: (at: number) => `Unknown ${at}`,
  lanes: { shots: "Shots", others: "Others", text: "Text", speech: "Speech" },
  appearances: (n: number) => count(n, { one: "appearance", other: "appearances" }),
  times: (n: number) => `${n}×`,
  openPerson: "To the person",
  namePerson: "Say who it is",
  sure: (percent: string) => `${percent} sure`,
  noPeople: "Nobody was seen",
  noPeopleYet: "Nobody was seen yet. Faces are looked for chunk by chunk while it comes in.",
  noText: "Nothing was read on screen",
  noSpeech: "Nobody speaks, or nobody listened",
  noSpeechHelp: "What is said is written down where the model for it is installed.",
  unsaid: "Somebody speaks",
  noHistory: "Nothing has happened yet",
  noRights: "Nothing is decided yet",
  noRightsHelp: "Rights are decided once it was taken in.",
  allowed: "Allowed",
  refused: "Refused",
  erase: "Erase …",
  follow: "Search the text",
  list: "What is seen and heard when",
  coming: {
    requested: {
      title: "It is being fetched",
      text: "It can be played as soon as it was taken in and made into a proxy.",
    },
    ingested: { title: "It was taken in", text: "Its chunks are being planned." },
    transcoding: { title: "It is being transcoded", text: "It plays as soon as the last chunk is there." },
    analysing: { title: "Its proxy is on its way", text: "Try again in a moment." },
    analysed: { title: "There is nothing to play", text: "No proxy could be made of it; the reasons stand below." },
  } as Record<string, { title: string; text: string }>,
  chunks: (done: number, of: number) => `${done} of ${count(of, { one: "chunk", other: "chunks" })}`,
  rejected: "It was rejected",
  removed: "It was removed",
  gone: "It is no longer here",
  toAssets: "To the assets",
  away: "Playing is not possible at present: transcode is away.",
};
