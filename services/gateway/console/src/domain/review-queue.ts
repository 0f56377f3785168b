/**
 * Decisions on their way to the mesh: a key advances at once, decisions follow in order, and none is lost.
 *
 * Nothing here waits or fetches. Of one sample only one decision is under way at a time: the next one needs the
 * revision that the first one made.
 */

export type Decision = "accept" | "reject" | "unsure" | "undo";

/** What is known of a decision when it is taken. */
export type Decide = Omit<Decided, "id" | "tried">;

/** A decision as the reviewer took it. */
export interface Decided {
  /** Its own, in this queue. */
  id: number;
  sampleId: string;
  decision: Decision;
  /** The class that the reviewer gave; empty: as it is. */
  classId: string;
  /** The revision that the reviewer saw; undefined until the decision before it is answered. */
  revision: number | undefined;
  /** What was on the screen, for the list of decisions: the name, and a picture. */
  name: string;
  picture: string;
  /** Whether it was sent at least once: where no answer came, the mesh may have taken it nevertheless. */
  tried: boolean;
}

/** A decision that the mesh took: `revision` is that of the sample after it. */
export interface Taken extends Decided {
  revision: number;
}

/** What a sentence of the mesh was made of, to be said in another language. */
export interface MadeOf {
  template: string;
  params: Record<string, string>;
}

/** A decision that the mesh refused, with its sentence; it lies in the tray until somebody looks. */
export interface Refused extends Decided {
  sentence: string;
  wording?: MadeOf | undefined;
  reason: string;
}

/** What the mesh answers to one decision. */
export interface Outcome {
  /** Revision of the sample now; undefined when there is no such sample. */
  revision: number | undefined;
  /** Empty when it was taken. */
  sentence: string;
  wording?: MadeOf | undefined;
  reason: string;
}

export interface ReviewQueue {
  unsent: readonly Decided[];
  /** How many of `unsent`, from the first on, are under way. */
  underWay: number;
  /** Those that nobody has looked at yet, the newest of them. */
  refused: readonly Refused[];
  /** How many were refused before these and were never looked at. */
  refusedBefore: number;
  /** The last decisions that were taken and not taken back, newest first. */
  taken: readonly Taken[];
  nextId: number;
}

export const MOST_UNSENT = 20;
export const MOST_LISTED = 20;
/** The mesh takes 500 at once; fewer are answered sooner. */
export const MOST_AT_ONCE = 100;
export const MOST_REFUSED = 100;
const LONGEST_NAME = 200;

export const EMPTY: ReviewQueue = { unsent: [], underWay: 0, refused: [], refusedBefore: 0, taken: [], nextId: 1 };

/** Whether so much waits that the reviewer must wait, too. */
export function isFull(queue: ReviewQueue): boolean {
  return queue.unsent.length >= MOST_UNSENT;
}

/** Takes a decision; changes nothing while the queue is full. */
export function decide(queue: ReviewQueue, decided: Decide): ReviewQueue {
  return isFull(queue) ? queue : decideAll(queue, [decided]);
}

/** Takes several decisions at once, of one person in one programme: all of them, however much waits. */
export function decideAll(queue: ReviewQueue, decided: readonly Decide[]): ReviewQueue {
  const unsent = decided.map((one, place) => ({
    ...one,
    name: one.name.slice(0, LONGEST_NAME),
    id: queue.nextId + place,
    tried: false,
  }));
  return { ...queue, unsent: [...queue.unsent, ...unsent], nextId: queue.nextId + unsent.length };
}

/** The decisions to send now, in order, at most one a sample; none while some are under way. */
export function toSend(queue: ReviewQueue): readonly Decided[] {
  if (queue.underWay > 0) return [];
  const seen = new Set<string>();
  const batch: Decided[] = [];
  for (const one of queue.unsent) {
    if (seen.has(one.sampleId) || one.revision === undefined || batch.length === MOST_AT_ONCE) break;
    seen.add(one.sampleId);
    batch.push(one);
  }
  return batch;
}

/** Notes that the first so many are under way. */
export function sent(queue: ReviewQueue, count: number): ReviewQueue {
  const unsent = queue.unsent.map((one, place) => (place < count && !one.tried ? { ...one, tried: true } : one));
  return { ...queue, unsent, underWay: Math.min(count, unsent.length) };
}

/** Notes that no answer came: everything waits as before, in its order. */
export function notSent(queue: ReviewQueue): ReviewQueue {
  return { ...queue, underWay: 0 };
}

/** Notes what the mesh answered to what was under way, in order. */
export function answered(queue: ReviewQueue, outcomes: readonly Outcome[]): ReviewQueue {
  const done = queue.unsent.slice(0, queue.underWay);
  let { taken, refused } = queue;
  let unsent = queue.unsent.slice(queue.underWay);
  done.forEach((decided, place) => {
    const outcome = outcomes[place] ?? { revision: undefined, sentence: "", reason: "unanswered" };
    const { revision } = outcome;
    if (outcome.sentence === "" && revision !== undefined) {
      taken = [
        ...(decided.decision === "undo" ? [] : [{ ...decided, revision }]),
        ...taken.filter((one) => one.sampleId !== decided.sampleId),
      ].slice(0, MOST_LISTED);
      unsent = unsent.map((one) => (one.sampleId === decided.sampleId ? { ...one, revision } : one));
    } else {
      const said = { sentence: outcome.sentence, wording: outcome.wording, reason: outcome.reason };
      // What was to take back a decision that was never taken has nothing to do; what was decided after that was
      // decided about something else.
      const later = unsent.filter((one) => one.sampleId === decided.sampleId && one.decision !== "undo");
      refused = [...refused, ...[decided, ...later].map((one) => ({ ...one, ...said }))];
      unsent = unsent.filter((one) => one.sampleId !== decided.sampleId);
    }
  });
  return withRefused({ ...queue, unsent, underWay: 0, taken }, refused);
}

/** Keeps the newest of what was refused, and how many there were before. */
function withRefused(queue: ReviewQueue, refused: readonly Refused[]): ReviewQueue {
  const more = Math.max(0, refused.length - MOST_REFUSED);
  return { ...queue, refused: refused.slice(more), refusedBefore: queue.refusedBefore + more };
}

/** The decisions that can be taken back, newest first: those that wait, and the last twenty that were taken. */
export function undoable(queue: ReviewQueue): readonly Decided[] {
  const last = new Map(queue.unsent.map((one) => [one.sampleId, one]));
  const waiting = queue.unsent.filter((one) => one.decision !== "undo" && last.get(one.sampleId) === one).reverse();
  const taken = queue.taken.filter((one) => !last.has(one.sampleId));
  return [...waiting, ...taken].slice(0, MOST_LISTED);
}

/**
 * Takes a decision back, the newest one unless told: one that was never sent is forgotten; one that was taken, or
 * may have been, is followed by its undoing. Returns the queue as it is when there is none.
 */
export function undo(queue: ReviewQueue, id?: number): ReviewQueue {
  const wanted = undoable(queue).find((one) => id === undefined || one.id === id);
  if (wanted === undefined) return queue;
  const place = queue.unsent.findIndex((one) => one.id === wanted.id);
  if (place >= 0 && !wanted.tried) return { ...queue, unsent: queue.unsent.filter((one) => one.id !== wanted.id) };
  const revision = place >= 0 ? undefined : wanted.revision;
  const undoing: Decided = { ...wanted, id: queue.nextId, decision: "undo", classId: "", revision, tried: false };
  return { ...queue, unsent: [...queue.unsent, undoing], nextId: queue.nextId + 1 };
}

/** Takes a refused decision out of the tray, all of them unless told which: somebody has looked. */
export function dismiss(queue: ReviewQueue, id?: number): ReviewQueue {
  if (id === undefined) return { ...queue, refused: [], refusedBefore: 0 };
  const refused = queue.refused.filter((one) => one.id !== id);
  return { ...queue, refused, refusedBefore: refused.length === 0 ? 0 : queue.refusedBefore };
}

/** What survives a reload, as text. */
export function written(queue: ReviewQueue): string {
  return JSON.stringify({ ...queue, underWay: 0 });
}

/** The queue that was written, an empty one of anything else; what was under way is sent again. */
export function read(text: string | null): ReviewQueue {
  if (text === null) return EMPTY;
  try {
    const kept = JSON.parse(text) as Partial<ReviewQueue>;
    if (!Array.isArray(kept.unsent) || !Array.isArray(kept.taken) || !Array.isArray(kept.refused)) return EMPTY;
    // What waited for the answer to a decision that was under way gets its revision when that is answered again.
    const unsent = kept.unsent.map((one) => ({ ...one, tried: one.tried !== false }));
    return { ...EMPTY, ...kept, unsent, underWay: 0, nextId: Number(kept.nextId) || 1 };
  } catch {
    return EMPTY;
  }
}
