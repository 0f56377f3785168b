/** The samples that one reviewer has leased: claimed ahead, renewed while they lie here, given back at the end. */

import type { ReviewResult, Sample } from "../../api/generated";
import { Store } from "../../api/store";
import { Known, type Lying, putBack, renewed, skipped, takenIn, wantedNow, without } from "../../domain/review-leases";
import type { MadeOf } from "../../domain/review-queue";
import { isNotTheirs, isWorthWaiting, type Mesh, MOST_WITHOUT, type Wanted } from "./mesh";

/** A lease is for 120 s: one renewal may fail, and the next is still in time. */
const RENEW_MS = 40_000;
const RENEW_AGAIN_MS = 5000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;

export interface LeaseState extends Lying<Sample> {
  /** Whether none are left, or why none could be claimed. */
  empty: boolean;
  error: unknown;
  /** The sample that was shown went to somebody else, or is gone; for the status line. */
  lost: Lost | undefined;
}

export interface Lost {
  sentence: string;
  wording: MadeOf | undefined;
  /** Code of the refusal; `not_found` where the sample is no more. */
  reason: string;
  at: number;
}

export class Leases {
  readonly state = new Store<LeaseState>({ samples: [], skipped: [], empty: false, error: undefined, lost: undefined });
  readonly #known = new Known<Sample>();
  #wanted: Wanted = { order: "oldest", classId: "" };
  /** Grows whenever somebody comes or goes: what was asked for before is not taken in any more. */
  #turn = 0;
  #claimingIn = 0;
  /** Leased before the order changed. */
  #left = new Set<string>();
  #isHere = false;
  #renewedAt = 0;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly mesh: Mesh,
    /** Ids of the samples about which somebody has decided here and the mesh has not answered. */
    private readonly decided: () => ReadonlySet<string>,
  ) {
    mesh.onReturn(() => this.look());
  }

  /**
   * Begins to review, or goes on in another order: claims samples, and keeps them. What lay here before is given
   * back once it is known which of them lie here again: a claim and its end must not overtake each other.
   */
  enter(wanted: Wanted): void {
    this.#begin();
    this.#isHere = true;
    this.#wanted = wanted;
    this.#retryMs = FIRST_RETRY_MS;
    for (const one of this.state.get().samples) this.#left.add(one.sample_id);
    this.#set({ samples: [], empty: false, error: undefined });
    void this.fill();
    // Soon: what an earlier page of this person gave back may arrive after the claim of this one.
    this.#renewIn(RENEW_AGAIN_MS);
  }

  /** Ends the review: gives back what is leased, also where the page goes away with it; resolves when it was tried. */
  leave(): Promise<void> {
    this.#begin();
    this.#isHere = false;
    const ids = [...this.state.get().samples.map((one) => one.sample_id), ...this.#left];
    this.#left.clear();
    this.#set({ samples: [] });
    return this.mesh.release(ids, true);
  }

  /** Looks after what lies here, and for more: after the network, the person or the machine was away. */
  look(): void {
    if (!this.#isHere) return;
    if (Date.now() - this.#renewedAt >= RENEW_MS) void this.renew();
    void this.fill();
  }

  /** A sample as it was seen last; undefined where that is long ago. */
  get(id: string): Sample | undefined {
    return this.#known.get(id);
  }

  holds(id: string): boolean {
    return this.state.get().samples.some((one) => one.sample_id === id);
  }

  /** Takes samples off the desk that were decided about. */
  drop(ids: ReadonlySet<string>): void {
    this.#set(without(this.state.get(), ids));
  }

  /** Sets a sample aside, for others and for later. */
  skip(id: string): void {
    this.#set(skipped(this.state.get(), id));
    void this.mesh.release([id]);
    void this.fill();
  }

  /** Looks again at what was skipped. */
  again(): void {
    this.#set({ skipped: [], empty: false, error: undefined });
    void this.fill();
  }

  /** Shows a sample again whose decision was taken back. */
  putBack(sample: Sample): void {
    this.#known.keep([sample]);
    this.#set({ ...putBack(this.state.get(), sample), empty: false });
  }

  /** Shows a sample again that the mesh has opened again, unless it lies here already. */
  showAgain(sample: Sample): void {
    if (this.#isHere && !this.holds(sample.sample_id)) this.putBack(sample);
  }

  /** Notes samples as the mesh has them now. */
  learn(samples: readonly Sample[]): void {
    this.#known.keep(samples);
    this.#set(renewed(this.state.get(), samples));
  }

  /** Claims more where too few lie here; again by itself where nobody answered. */
  async fill(): Promise<void> {
    const turn = this.#turn;
    const wanted = wantedNow(this.state.get());
    if (!this.#isHere || wanted === 0 || this.#claimingIn === turn) return;
    this.#claimingIn = turn;
    clearTimeout(this.#retry);
    try {
      const claimed = await this.mesh.claim(this.#wanted, wanted, this.#unwanted());
      if (turn !== this.#turn) return this.#notTakenIn(claimed);
      this.#retryMs = FIRST_RETRY_MS;
      this.#known.keep(claimed);
      const after = takenIn(this.state.get(), claimed, this.decided());
      this.#set({ ...after, error: undefined, empty: claimed.length === 0 && after.samples.length === 0 });
      this.#giveBackRest();
    } catch (error) {
      if (turn === this.#turn) this.#failed(error);
    } finally {
      if (this.#claimingIn === turn) this.#claimingIn = 0;
    }
  }

  /** Keeps what is leased for another while; what is not given any more leaves the desk. */
  async renew(): Promise<void> {
    const turn = this.#turn;
    const ids = this.state.get().samples.map((one) => one.sample_id);
    this.#renewIn(RENEW_MS);
    if (ids.length === 0 || !this.#isHere) return;
    try {
      const { samples, refused } = await this.mesh.renew(ids);
      if (turn !== this.#turn) return;
      this.#renewedAt = Date.now();
      this.learn(samples);
      const kept = new Set(samples.map((one) => one.sample_id));
      this.#lose(
        ids.filter((id) => !kept.has(id)),
        refused,
      );
    } catch {
      if (turn === this.#turn) this.#renewIn(RENEW_AGAIN_MS);
    }
  }

  /** Takes away what is not leased any more; what was decided about meanwhile is no loss. */
  #lose(ids: readonly string[], refused: readonly ReviewResult[]): void {
    const decided = this.decided();
    const lost = new Set(ids.filter((id) => !decided.has(id)));
    const [shown] = this.state.get().samples;
    this.drop(lost);
    if (shown !== undefined && lost.has(shown.sample_id)) {
      const why = refused.find((one) => one.sample?.sample_id === shown.sample_id);
      const said = { sentence: why?.error ?? "", wording: why?.wording, reason: why?.refusal ?? "not_found" };
      this.#set({ lost: { ...said, at: Date.now() } });
    }
    void this.fill();
  }

  /** Gives back what came too late, unless the next claim may have been given the same. */
  #notTakenIn(claimed: readonly Sample[]): void {
    const ids = claimed.map((one) => one.sample_id);
    if (!this.#isHere) void this.mesh.release(ids);
    else for (const id of ids) this.#left.add(id);
  }

  /** Gives back what lay here before and does not now. */
  #giveBackRest(): void {
    void this.mesh.release([...this.#left].filter((id) => !this.holds(id)));
    this.#left.clear();
  }

  #failed(error: unknown): void {
    this.#set({ error });
    if (isNotTheirs(error) || !isWorthWaiting(error)) return;
    this.#retry = setTimeout(() => void this.fill(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Ids that a claim is not to give: what lies here or is decided, then what was skipped last. */
  #unwanted(): string[] {
    const { samples, skipped: aside } = this.state.get();
    const here = [...new Set([...samples.map((one) => one.sample_id), ...this.decided()])].slice(0, MOST_WITHOUT);
    return [...here, ...aside.slice(Math.max(0, aside.length + here.length - MOST_WITHOUT))];
  }

  #begin(): void {
    this.#turn += 1;
    clearTimeout(this.#renewal);
    clearTimeout(this.#retry);
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#renewal);
    if (this.#isHere) this.#renewal = setTimeout(() => void this.renew(), ms);
  }

  #set(change: Partial<LeaseState>): void {
    this.state.update((now) => ({ ...now, ...change }));
  }
}
