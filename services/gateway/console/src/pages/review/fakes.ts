/** A mesh for tests of the desk: what is answered, and when, is the test's. */

import type { Review, ReviewResult, Sample } from "../../api/generated";
import type { Claimed, Mesh, Wanted } from "./mesh";

export function sample(id: string, more: Partial<Sample> = {}): Sample {
  return {
    sample_id: id,
    dataset_id: "people",
    class_id: "class-1",
    state: "proposed",
    crops: [],
    evidence: [],
    question: false,
    revision: 1,
    claimed_by: "anna",
    collapsed: 0,
    class_name: "Ada",
    reason: "",
    ...more,
  };
}

/** Samples that wait, in order; decisions are taken as the dataset service takes them, unless `fails` says otherwise. */
export class FakeMesh implements Mesh {
  waiting: Sample[];
  readonly claims: { wanted: Wanted; limit: number; withoutIds: readonly string[] }[] = [];
  readonly released: string[] = [];
  readonly reviewed: Review[][] = [];
  readonly taken: Review[] = [];
  /** Thrown before an answer, as long as it is set. */
  fails: Error | undefined;
  /** Thrown after the next decisions were taken: their answer is lost. */
  loses: Error | undefined;
  /** Resolves when answers may come. */
  gate: Promise<void> = Promise.resolve();
  /** Ids that somebody else has, with who. */
  readonly others = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor(...ids: string[]) {
    this.waiting = ids.map((id) => sample(id));
  }

  async claim(wanted: Wanted, limit: number, withoutIds: readonly string[]): Promise<readonly Sample[]> {
    this.claims.push({ wanted, limit, withoutIds });
    await this.#open();
    return this.waiting
      .filter((one) => !withoutIds.includes(one.sample_id) && !this.others.has(one.sample_id))
      .slice(0, limit);
  }

  async renew(ids: readonly string[]): Promise<Claimed> {
    await this.#open();
    const samples = this.waiting.filter((one) => ids.includes(one.sample_id) && !this.others.has(one.sample_id));
    const refused = this.waiting
      .filter((one) => ids.includes(one.sample_id) && this.others.has(one.sample_id))
      .map((one) => refusal(one, `${this.others.get(one.sample_id)} is reviewing the sample`, "claimed"));
    return { samples, refused };
  }

  async release(ids: readonly string[]): Promise<void> {
    this.released.push(...ids);
  }

  async review(reviews: readonly Review[]): Promise<readonly ReviewResult[]> {
    await this.#open();
    this.reviewed.push([...reviews]);
    const results = reviews.map((one) => this.#reviewed(one));
    const { loses } = this;
    this.loses = undefined;
    if (loses !== undefined) throw loses;
    return results;
  }

  onReturn(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says that asking may help again. */
  returned(): void {
    for (const tell of this.#listeners) tell();
  }

  #reviewed(review: Review): ReviewResult {
    const known = this.waiting.find((one) => one.sample_id === review.sample_id);
    if (known === undefined) return refusal(undefined, "there is no such sample", "not_found");
    const state = STATES[review.decision ?? "accept"];
    const again = known.revision > (review.expected_revision ?? known.revision) && known.state === state;
    if (again) return { sample: known, error: "" };
    if (review.expected_revision !== undefined && review.expected_revision !== known.revision) {
      return refusal(known, "bert rejected it", "changed");
    }
    const after = { ...known, state, revision: known.revision + 1 };
    this.waiting = this.waiting.map((one) => (one === known ? after : one));
    this.taken.push(review);
    return { sample: after, error: "" };
  }

  async #open(): Promise<void> {
    await this.gate;
    if (this.fails !== undefined) throw this.fails;
  }
}

const STATES = { accept: "accepted", reject: "rejected", unsure: "unsure", undo: "proposed" } as const;

function refusal(of: Sample | undefined, error: string, refused: NonNullable<ReviewResult["refusal"]>): ReviewResult {
  return { ...(of === undefined ? {} : { sample: of }), error, refusal: refused };
}

/** The storage of a tab. */
export class FakeStorage {
  readonly values = new Map<string, string>();
  full = false;

  getItem(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    if (this.full) throw new DOMException("the quota is exceeded", "QuotaExceededError");
    this.values.set(name, value);
  }
}

/** Holds answers back until the returned function is called. */
export function held(mesh: FakeMesh): () => void {
  let open = () => {};
  mesh.gate = new Promise((resolve) => {
    open = resolve;
  });
  return () => {
    mesh.gate = Promise.resolve();
    open();
  };
}
