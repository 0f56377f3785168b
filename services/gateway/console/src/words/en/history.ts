import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

/** One event, or several of a kind one after the other. */
type Told = (n: number) => string;

const always = (text: string): Told => {
  return (n) => (n === 1 ? text : `${text} (${n}×)`);
};
const some = (one: string, noun: string, other: string): Told => {
  return (n) => (n === 1 ? one : `${count(n, { one: noun, other: noun })} ${other}`);
};

/** What happened, by the name of its event. */
const events: Readonly<Record<string, Told>> = {
  "access.changed": always("Somebody’s access was changed"),
  "access.recorded": always("Training data was given to somebody"),
  "asset.analysed": always("Analysed as a whole"),
  "asset.ingested": always("Taken in"),
  "asset.permitted": always("Permitted now: what was left out is made up for"),
  "asset.rejected": always("Rejected"),
  "asset.removed": always("Removed"),
  "asset.transcoded": always("Its proxy plays"),
  "audit.sealed": always("The log of decisions was sealed"),
  "classes.changed": some("Somebody was renamed or merged", "people", "renamed or merged"),
  "cluster.decided": some("An unknown person was decided about", "decisions", "about unknown people"),
  "erasure.completed": some("A service has erased it", "services", "have erased it"),
  "erasure.planned": always("What an erasure takes away was found out"),
  "erasure.requested": always("An erasure was asked for"),
  "face.searched": always("Somebody looked for a face in the archive"),
  "ingest.requested": always("Requested"),
  "model.held": always("A model was held back or released"),
  "model.promoted": always("A model went into service"),
  "model.registered": always("A model was taken in or switched"),
  "model.retired": always("A model went out of service"),
  "programme.changed": always("Programme details were changed"),
  "recognition.updated": always("The archive was named anew"),
  "recording.closed": always("The recording was complete"),
  "recording.moved": always("Parts came late: it is made anew"),
  "rights.applied": always("A change of rights took effect"),
  "rights.changed": always("Rights were changed"),
  "rights.decided": always("What may be done with it was decided"),
  "sample.proposed": some("A sample was proposed", "samples", "were proposed"),
  "sample.reviewed": some("A sample was decided about", "samples", "were decided about"),
  "sample.withdrawn": some("A sample was withdrawn", "samples", "were withdrawn"),
  "sample.withheld": some("A sample was withheld because of rights", "samples", "were withheld because of rights"),
  "snapshot.published": always("A snapshot was published"),
  "snapshot.withdrawn": always("A snapshot was withdrawn"),
  "training.completed": always("A training run ended"),
  "training.requested": always("A training run was asked for"),
  "usage.recorded": some("A use was recorded", "uses", "were recorded"),
};

/** Words of what happened to a programme. */
export const history = {
  events,
  by: (who: string) => `by ${who}`,
  rule: "a rule of the mesh",
  local: "somebody at this machine",
  until: "until",
  pieces: (analysed: number, planned: number) =>
    `${count(planned, { one: "chunk", other: "chunks" })} came in, ${analysed === planned ? "all" : analysed} analysed`,
  failed: (n: number) => `${count(n, { one: "chunk", other: "chunks" })} given up`,
};
