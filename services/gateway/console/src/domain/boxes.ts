/** Boxes over a picture: measured in it, or held from the picture before. Never in between. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** As `Observation` of the REST API, as far as boxes go. */
export interface Seen {
  id: string;
  kind: string;
  span?: { start_pts: number; end_pts: number };
  moment?: { pts: number; frame: number };
  box?: Box;
  score: number;
  text: string;
  face_attributes?: { track: number };
}

export interface ShownBox {
  id: string;
  kind: string;
  box: Box;
  /** Measured in an earlier picture, and held. */
  held: boolean;
  score: number;
  text: string;
  /** Of a face: its track, unique in the asset. */
  track: string;
}

/** The chunk of an observation, by its id: `faces/0/900000/3` → `0/900000`. */
export function chunkOf(id: string): string {
  return id.split("/").slice(1, -1).join("/");
}

/** A face's track in its asset, by chunk (with or without the asset before it) and number. */
export function trackKey(chunk: string, track: number): string {
  return `${chunk.split("/").slice(-2).join("/")}#${track}`;
}

/** What is seen at a pts; `frame` is that of the picture. Of each track the newest box. */
export function boxesAt(seen: readonly Seen[], pts: number, frame: number): ShownBox[] {
  const found = new Map<string, ShownBox>();
  for (const one of seen) {
    if (one.box === undefined || one.span === undefined) continue;
    if (pts < one.span.start_pts || pts >= one.span.end_pts) continue;
    const track = one.face_attributes === undefined ? "" : trackKey(chunkOf(one.id), one.face_attributes.track);
    found.set(track === "" ? one.id : track, {
      id: one.id,
      kind: one.kind,
      box: one.box,
      held: one.moment === undefined || one.moment.frame !== frame,
      score: one.score,
      text: one.text,
      track,
    });
  }
  return [...found.values()];
}
