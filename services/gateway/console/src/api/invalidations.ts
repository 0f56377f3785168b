/** Which queries an event makes old. */

import type { Subject } from "./queries";

/** An event as the stream gives it: its short name (`asset.ingested`) and what it is about. */
export interface Heard {
  name: string;
  subject: string;
  data: Readonly<Record<string, unknown>>;
}

/** A prefix of query keys. */
export type Stale = readonly [Subject, ...string[]];

const OF_AN_ASSET: readonly Subject[] = ["assets"];

/** By the first word of an event's name: the subjects of which lists and single entries are old. */
const SUBJECTS: Readonly<Record<string, readonly Subject[]>> = {
  access: ["ledger"],
  asset: ["assets", "counts", "search"],
  audio: OF_AN_ASSET,
  audit: ["ledger"],
  chunk: OF_AN_ASSET,
  classes: ["classes", "samples"],
  cluster: ["clusters", "classes", "samples", "counts"],
  erasure: ["erasures", "counts"],
  face: ["ledger"],
  ingest: ["assets", "counts"],
  model: ["models", "candidates", "runs", "classes", "counts"],
  programme: ["assets", "search"],
  recognition: ["assets", "clusters", "classes", "search"],
  recording: OF_AN_ASSET,
  rights: ["rights", "assets", "samples", "counts", "ledger"],
  sample: ["samples", "classes", "counts", "rights"],
  segment: OF_AN_ASSET,
  snapshot: ["snapshots", "datasets", "runs", "rights"],
  training: ["runs", "candidates", "counts"],
  usage: ["ledger"],
};

/** Subjects whose single entries are kept by the asset that an event names. */
const BY_ASSET: ReadonlySet<Subject> = new Set<Subject>(["assets"]);

/** The prefixes of keys that are old after this event; also the events themselves. */
export function staleAfter(event: Heard): Stale[] {
  const subjects = SUBJECTS[event.name.split(".", 1)[0] ?? ""] ?? [];
  const asset = typeof event.data.asset_id === "string" ? event.data.asset_id : event.subject;
  const stale: Stale[] = [["events"]];
  for (const subject of subjects) {
    if (BY_ASSET.has(subject) && asset !== "") stale.push([subject, "list"], [subject, "one", asset]);
    else stale.push([subject]);
  }
  return stale;
}
