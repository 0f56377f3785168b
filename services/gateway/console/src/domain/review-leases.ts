/**
 * The samples that lie on a reviewer's desk: leased ones in order, those that were skipped, those seen lately.
 *
 * Nothing here waits or fetches. However long somebody reviews, no list grows beyond its limit.
 */

/** What the desk needs to know of a sample. */
export interface Leasable {
  sample_id: string;
  revision: number;
}

export interface Lying<T extends Leasable> {
  /** Leased samples in order; the first one is shown. */
  samples: readonly T[];
  /** Ids of those that were set aside, the latest last. */
  skipped: readonly string[];
}

/** More are leased as soon as fewer than so many are left: the next three are drawn already. */
export const FEW = 5;
export const LEASED = 10;
/** So many ids go along with a claim; of those skipped before, some may come again. */
export const MOST_SKIPPED = 400;
/** Enough for all that can be taken back, and all that lies here. */
export const MOST_KNOWN = 100;

/** How many to lease now; 0 while enough lie here. */
export function wantedNow(desk: Lying<Leasable>): number {
  return desk.samples.length < FEW ? LEASED - desk.samples.length : 0;
}

/** Takes in samples that were leased, behind the others; those that lie here or are decided already stay out. */
export function takenIn<T extends Leasable>(
  desk: Lying<T>,
  leased: readonly T[],
  decided: ReadonlySet<string>,
): Lying<T> {
  const here = new Set([...desk.samples.map((one) => one.sample_id), ...desk.skipped]);
  const more = leased.filter((one) => !here.has(one.sample_id) && !decided.has(one.sample_id));
  return more.length === 0 ? desk : { ...desk, samples: [...desk.samples, ...more] };
}

/** Takes samples away: decided about, or lost. */
export function without<T extends Leasable>(desk: Lying<T>, ids: ReadonlySet<string>): Lying<T> {
  return { ...desk, samples: desk.samples.filter((one) => !ids.has(one.sample_id)) };
}

/** Sets a sample aside. */
export function skipped<T extends Leasable>(desk: Lying<T>, id: string): Lying<T> {
  const aside = [...desk.skipped.filter((one) => one !== id), id];
  return { ...without(desk, new Set([id])), skipped: aside.slice(-MOST_SKIPPED) };
}

/** Shows a sample again, before all others. */
export function putBack<T extends Leasable>(desk: Lying<T>, sample: T): Lying<T> {
  const rest = without(desk, new Set([sample.sample_id]));
  return {
    samples: [sample, ...rest.samples],
    skipped: desk.skipped.filter((one) => one !== sample.sample_id),
  };
}

/** Writes down what is known now of samples that lie here; what is older than that stays out. */
export function renewed<T extends Leasable>(desk: Lying<T>, known: readonly T[]): Lying<T> {
  const now = new Map(known.map((one) => [one.sample_id, one]));
  const samples = desk.samples.map((one) => {
    const newer = now.get(one.sample_id);
    return newer !== undefined && newer.revision >= one.revision ? newer : one;
  });
  return { ...desk, samples };
}

/** The samples seen last, to show one again whose decision is taken back. */
export class Known<T extends Leasable> {
  readonly #samples = new Map<string, T>();

  get size(): number {
    return this.#samples.size;
  }

  get(id: string): T | undefined {
    return this.#samples.get(id);
  }

  /** Keeps samples as they are now, and forgets those seen longest ago. */
  keep(samples: readonly T[]): void {
    for (const one of samples) {
      const before = this.#samples.get(one.sample_id);
      this.#samples.delete(one.sample_id);
      this.#samples.set(one.sample_id, before !== undefined && before.revision > one.revision ? before : one);
    }
    for (const id of this.#samples.keys()) {
      if (this.#samples.size <= MOST_KNOWN) return;
      this.#samples.delete(id);
    }
  }
}
