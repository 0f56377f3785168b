import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

export const home = {
  title: "Home",
  waiting: "Waits for you",
  nothing: "Nothing waits for you",
  nothingText: "New work appears here by itself.",
  open: "Open the first entry",
  unsent: (n: number) => `${count(n, { one: "decision", other: "decisions" })} not sent yet`,
  unsentText: "They are kept in this tab, and go out as soon as the mesh takes them.",
  samples: (n: number) => count(n, { one: "sample to review", other: "samples to review" }),
  samplesText: "Proposed by a model; they need your yes or no.",
  unknown: (n: number, more: boolean) =>
    `${more ? "At least " : ""}${count(n, { one: "person without a name", other: "people without a name" })}`,
  unknownText: "Seen, and known to no model.",
  refusals: (n: number) => count(n, { one: "refusal today", other: "refusals today" }),
  refusalsText: "Samples withheld because rights forbid them.",
  candidates: (n: number, more: boolean) =>
    `${more ? "At least " : ""}${count(n, { one: "model may go into service", other: "models may go into service" })}`,
  candidatesText: "Trained, measured and not in service.",
  failed: (n: number) => count(n, { one: "asset failed", other: "assets failed" }),
  failedText: "Rejected, or not analysed as a whole.",
  deadLetters: (n: number) => count(n, { one: "event given up", other: "events given up" }),
  deadLettersText: "They could not be processed: replay or discard them.",
  breakers: (n: number) => count(n, { one: "stage has stopped itself", other: "stages have stopped themselves" }),
  breakersText: "After too many failures in a row.",
  lately: "Lately",
  allAssets: "All assets",
  underWay: (n: number) => `${count(n, { one: "asset", other: "assets" })} under way`,
  parts: {
    assets: "Assets",
    samples_proposed: "Samples to review",
    unknown_people: "People without a name",
    refusals: "Refusals",
    candidates_waiting: "Models that wait",
    dead_letters: "Events given up",
    open_breakers: "Stages that stopped",
  } as Record<string, string>,
  first: {
    title: "Nothing is here yet",
    text: "Add a first file. A minute later you see who and what is in it.",
    button: "Add a file",
    without: "As soon as media comes in, what waits for you appears here.",
  },
  local: {
    title: "This is a local mesh",
    text: "Everybody on this machine may do everything here; nobody else can reach it. For other people, create an administrator first: with the code that “framewell users setup-code” gives on this machine.",
    button: "Set up access",
  },
};
