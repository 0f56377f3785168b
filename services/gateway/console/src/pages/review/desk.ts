/**
 * A reviewer's desk: the samples that are leased, the decisions on their way, and what was skipped.
 *
 * It outlives the page: who goes to another page gives the samples back, and what was decided still goes out. The
 * decisions of a person lie in the tab's storage until the mesh has answered; a reload sends them again.
 */

import type { QueryClient } from "@tanstack/react-query";
import {
  claimSamples,
  type Review,
  type ReviewResult,
  releaseSamples,
  reviewSamples,
  type Sample,
} from "../../api/generated";
import { NetworkError, ProblemError } from "../../api/problems";
import { isPassing } from "../../api/queries";
import { Store } from "../../api/store";
import {
  answered,
  type Decided,
  type Decision,
  decide,
  decideAll,
  dismiss,
  isFull,
  notSent,
  type Outcome,
  type ReviewQueue,
  read,
  sent,
  toSend,
  undo,
  undoable,
  written,
} from "../../domain/review-queue";
import { sampleQuery } from "./queries";

export const LEASED = 10;
export const LEASE_SECONDS = 120;
const RENEW_MS = 40_000;
/** More are claimed as soon as fewer than so many are left: the next three are drawn already. */
const FEW = 5;
export const AHEAD = 3;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;
const MOST_SKIPPED = 400;

/** Which samples are reviewed, and in which order. */
export interface Wanted {
  order: "oldest" | "doubtful" | "person";
  classId: string;
}

export interface DeskState {
  /** Leased samples in order; the first one is shown. */
  samples: readonly Sample[];
  queue: ReviewQueue;
  /** Whether samples are being claimed, whether none are left, or why none could be claimed. */
  claiming: boolean;
  empty: boolean;
  error: unknown;
  skipped: number;
  /** No answer came: decisions wait. */
  away: boolean;
  /** Somebody else took, or decided about, a sample that lay here; for the status line. */
  lost: { sentence: string; at: number } | undefined;
}

/** The store of a tab, by what a test may put in its place. */
export interface Kept {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

export class Desk {
  readonly state: Store<DeskState>;
  readonly #name: string;
  #wanted: Wanted = { order: "oldest", classId: "" };
  #skipped = new Set<string>();
  #known = new Map<string, Sample>();
  #entered = 0;
  #claimingIn = 0;
  #renewing: ReturnType<typeof setInterval> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #sending = false;

  constructor(
    principal: string,
    private readonly queries: QueryClient,
    private readonly kept: Kept = sessionStorage,
  ) {
    this.#name = `framewell-review:${principal}`;
    this.state = new Store<DeskState>({
      samples: [],
      queue: read(kept.getItem(this.#name)),
      claiming: true,
      empty: false,
      error: undefined,
      skipped: 0,
      away: false,
      lost: undefined,
    });
  }

  /** Begins to review: claims samples, keeps them, and sends what waits from before. */
  enter(wanted: Wanted): void {
    this.#entered += 1;
    this.#wanted = wanted;
    this.#set({ samples: [], claiming: true, empty: false, error: undefined });
    void this.#claim();
    void this.#send();
    clearInterval(this.#renewing);
    this.#renewing = setInterval(() => void this.renew(), RENEW_MS);
  }

  /** Ends the review: gives back what is leased, also where the page goes away with it. */
  leave(): void {
    this.#entered += 1;
    clearInterval(this.#renewing);
    const ids = this.state.get().samples.map((one) => one.sample_id);
    this.#set({ samples: [] });
    if (ids.length > 0) void releaseSamples({ sample_ids: ids }, { keepalive: true }).catch(() => {});
  }

  /** Decides about the sample that is shown, and shows the next one. False while too much waits. */
  decide(decision: Decision, classId = "", name = ""): boolean {
    const { samples, queue } = this.state.get();
    const [sample, ...rest] = samples;
    if (sample === undefined || isFull(queue)) return false;
    const decided = this.#decided(sample, decision, classId, name || sample.class_name);
    this.#set({ samples: rest, queue: decide(queue, decided) });
    this.#after();
    return true;
  }

  /** Accepts several samples of one person in one programme at once. */
  acceptAll(samples: readonly Sample[]): void {
    const ids = new Set(samples.map((one) => one.sample_id));
    const decided = samples.map((one) => this.#decided(one, "accept", "", one.class_name));
    const { samples: held, queue } = this.state.get();
    this.#set({ samples: held.filter((one) => !ids.has(one.sample_id)), queue: decideAll(queue, decided) });
    this.#after();
  }

  /** Sets the sample that is shown aside, for others and for later. */
  skip(): void {
    const [sample, ...rest] = this.state.get().samples;
    if (sample === undefined) return;
    this.#skipped.add(sample.sample_id);
    this.#set({ samples: rest, skipped: this.#skipped.size });
    void releaseSamples({ sample_ids: [sample.sample_id] }).catch(() => {});
    this.#after();
  }

  /** Looks again at what was skipped. */
  again(): void {
    this.#skipped.clear();
    this.#set({ skipped: 0, empty: false, claiming: true });
    void this.#claim();
  }

  /** Takes a decision back, the newest one unless told, and shows its sample again. */
  undo(id?: number): Decided | undefined {
    const { queue, samples } = this.state.get();
    const wanted = undoable(queue).find((one) => id === undefined || one.id === id);
    if (wanted === undefined) return undefined;
    const after = undo(queue, wanted.id);
    const sample = this.#known.get(wanted.sampleId);
    const back = sample === undefined ? [] : [sample];
    this.#set({
      queue: after,
      samples: [...back, ...samples.filter((one) => one.sample_id !== wanted.sampleId)],
      empty: false,
    });
    this.#after();
    return wanted;
  }

  /** Takes a refused decision out of the tray, and looks at its sample again where that still waits. */
  dismiss(id: number): void {
    this.#set({ queue: dismiss(this.state.get().queue, id) });
    this.#after();
  }

  /** Keeps what is leased for another while; what is not given any more leaves the desk. */
  async renew(): Promise<void> {
    const ids = this.state.get().samples.map((one) => one.sample_id);
    if (ids.length === 0) return;
    const turn = this.#entered;
    const underWay = new Set(this.state.get().queue.unsent.map((one) => one.sampleId));
    try {
      const { samples, refused } = await claimSamples({ sample_ids: ids, lease: `${LEASE_SECONDS}s` });
      if (turn !== this.#entered) return;
      const gone = refused.filter((one) => one.sample !== undefined && !underWay.has(one.sample.sample_id));
      this.#renewed(samples, gone);
    } catch (error) {
      if (!isPassing(error)) this.#set({ error });
    }
  }

  #renewed(samples: readonly Sample[], gone: readonly ReviewResult[]): void {
    const now = new Map(samples.map((one) => [one.sample_id, one]));
    const lost = new Set(gone.map((one) => one.sample?.sample_id));
    const [shown] = this.state.get().samples;
    const held = this.state
      .get()
      .samples.filter((one) => !lost.has(one.sample_id))
      .map((one) => now.get(one.sample_id) ?? one);
    for (const one of samples) this.#know(one);
    const first = gone.find((one) => one.sample?.sample_id === shown?.sample_id);
    this.#set({
      samples: held,
      ...(first === undefined ? {} : { lost: { sentence: first.error, at: Date.now() } }),
    });
    if (gone.length > 0) void this.#claim();
  }

  #decided(sample: Sample, decision: Decision, classId: string, name: string): Omit<Decided, "id"> {
    const undoing = this.state.get().queue.unsent.some((one) => one.sampleId === sample.sample_id);
    const key = sample.crops[0]?.picture?.key;
    return {
      sampleId: sample.sample_id,
      decision,
      classId,
      revision: undoing ? undefined : sample.revision,
      name,
      picture: key === undefined ? "" : `/v1/samples/${sample.sample_id}/objects/${key}`,
    };
  }

  /** What follows every decision: it goes out, and the desk fills up. */
  #after(): void {
    void this.#send();
    if (this.state.get().samples.length < FEW) void this.#claim();
    this.#drawAhead();
  }

  async #claim(): Promise<void> {
    const turn = this.#entered;
    if (this.#claimingIn === turn) return;
    this.#claimingIn = turn;
    const { samples, queue } = this.state.get();
    this.#set({ claiming: true });
    const held = new Set([...samples.map((one) => one.sample_id), ...queue.unsent.map((one) => one.sampleId)]);
    try {
      const answer = await claimSamples({
        limit: LEASED - Math.min(samples.length, LEASED - 1),
        lease: `${LEASE_SECONDS}s`,
        order_by: this.#wanted.order,
        class_id: this.#wanted.classId,
        without_ids: [...held, ...[...this.#skipped].slice(-MOST_SKIPPED)],
      });
      if (turn !== this.#entered) {
        const unwanted = answer.samples.map((one) => one.sample_id);
        if (unwanted.length > 0) void releaseSamples({ sample_ids: unwanted }).catch(() => {});
        return;
      }
      for (const one of answer.samples) this.#know(one);
      const now = this.state.get();
      const here = new Set([
        ...now.samples.map((one) => one.sample_id),
        ...now.queue.unsent.map((one) => one.sampleId),
      ]);
      const more = answer.samples.filter((one) => !here.has(one.sample_id));
      const all = [...now.samples, ...more];
      this.#set({ samples: all, claiming: false, empty: all.length === 0, error: undefined });
      this.#drawAhead();
    } catch (error) {
      if (turn === this.#entered) this.#set({ claiming: false, error });
    } finally {
      if (this.#claimingIn === turn) this.#claimingIn = 0;
    }
  }

  #know(sample: Sample): void {
    this.#known.delete(sample.sample_id);
    this.#known.set(sample.sample_id, sample);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > 100 && oldest !== undefined) this.#known.delete(oldest);
  }

  #drawAhead(): void {
    for (const one of this.state.get().samples.slice(0, AHEAD + 1)) {
      void this.queries.prefetchQuery(sampleQuery(one.sample_id));
    }
  }

  /** Sends what waits, in order, until nothing does; begins again by itself where no answer came. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let batch = toSend(this.state.get().queue); batch.length > 0; batch = toSend(this.state.get().queue)) {
        this.#set({ queue: sent(this.state.get().queue, batch.length) });
        const outcomes = await outcomesOf(batch);
        this.#retryMs = FIRST_RETRY_MS;
        this.#set({ queue: answered(this.state.get().queue, outcomes), away: false });
        this.#learned(batch, outcomes);
      }
    } catch (error) {
      this.#set({ queue: notSent(this.state.get().queue), away: true });
      const retry = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      setTimeout(() => void this.#send(), Math.max(retry, this.#retryMs));
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    } finally {
      this.#sending = false;
    }
  }

  /** Notes the revisions that decisions made, of samples that lie here again, and leases those anew. */
  #learned(batch: readonly Decided[], outcomes: readonly Outcome[]): void {
    let back = false;
    batch.forEach((one, place) => {
      const revision = outcomes[place]?.revision;
      const known = this.#known.get(one.sampleId);
      if (known === undefined || revision === undefined) return;
      this.#known.set(one.sampleId, { ...known, revision });
      back ||= this.state.get().samples.some((sample) => sample.sample_id === one.sampleId);
    });
    this.#set({ samples: this.state.get().samples.map((one) => this.#known.get(one.sample_id) ?? one) });
    if (back) void this.renew();
  }

  #set(change: Partial<DeskState>): void {
    const before = this.state.get();
    this.state.set({ ...before, ...change });
    if (change.queue !== undefined && change.queue !== before.queue) {
      this.kept.setItem(this.#name, written(change.queue));
    }
  }
}

/** Sends decisions; resolves to what became of each. Throws where they are to be sent again. */
async function outcomesOf(batch: readonly Decided[]): Promise<Outcome[]> {
  const reviews = batch.map(
    (one): Review => ({
      sample_id: one.sampleId,
      decision: one.decision,
      ...(one.classId === "" ? {} : { class_id: one.classId }),
      ...(one.revision === undefined ? {} : { expected_revision: one.revision }),
    }),
  );
  try {
    const { results } = await reviewSamples({ reviews });
    return results.map((one) => ({
      revision: one.sample?.revision,
      sentence: one.error,
      reason: one.refusal ?? "",
    }));
  } catch (error) {
    if (error instanceof NetworkError || isPassing(error)) throw error;
    if (!(error instanceof ProblemError)) throw error;
    return batch.map(() => ({ revision: undefined, sentence: error.detail, reason: error.reason || error.code }));
  }
}

const desks = new Map<string, Desk>();

/** The desk of a person in this tab: the same one however often they come to the page. */
export function deskOf(principal: string, queries: QueryClient): Desk {
  const known = desks.get(principal);
  if (known !== undefined) return known;
  const made = new Desk(principal, queries);
  desks.set(principal, made);
  return made;
}
