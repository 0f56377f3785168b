/**
 * Reads again what events made old, and no more than that.
 *
 * Marking is at once, reading is held back: a query is read again at the first event after a quiet while, then
 * at most every second, a list every three seconds for each page of it; the last event of a burst is always
 * followed by a read. Nothing is read while nobody looks at the tab; on return everything old is, once.
 * Queries that nothing shows are only marked, and read when they are shown.
 */

import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";

const ENTRY_GAP_MS = 1000;
const LIST_GAP_MS = 3000;
/** How soon to look again at a query that is being read just now. */
const BUSY_MS = 250;

/** Time and the tab, so that tests can hold them still. */
export interface Surroundings {
  now: () => number;
  after: (ms: number, run: () => void) => () => void;
  hidden: () => boolean;
}

const THE_BROWSER: Surroundings = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  hidden: () => document.visibilityState === "hidden",
};

export class Freshness {
  readonly #old = new Set<Query>();
  readonly #readAt = new WeakMap<Query, number>();
  #wake: (() => void) | undefined;

  constructor(
    private readonly queries: QueryClient,
    private readonly around: Surroundings = THE_BROWSER,
  ) {}

  /** Notes that every query below these keys is old; `[]` is all of them. */
  age(keys: readonly QueryKey[]): void {
    for (const queryKey of keys) {
      for (const query of this.queries.getQueryCache().findAll({ queryKey })) {
        query.invalidate();
        if (query.isActive()) this.#old.add(query);
      }
    }
    this.look();
  }

  /** Reads what is due; also when somebody comes back to the tab. */
  look(): void {
    this.stop();
    if (this.around.hidden()) return;
    const now = this.around.now();
    let soonest = Number.POSITIVE_INFINITY;
    for (const query of [...this.#old]) {
      const due = this.#dueAt(query, now);
      if (due > now) soonest = Math.min(soonest, due);
      else this.#read(query, now);
    }
    if (soonest < Number.POSITIVE_INFINITY) this.#wake = this.around.after(soonest - now, () => this.look());
  }

  /** Looks no more by itself. */
  stop(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #dueAt(query: Query, now: number): number {
    // What is read just now may have been asked for before the event: it is read once more.
    if (query.state.fetchStatus !== "idle") return now + BUSY_MS;
    const before = this.#readAt.get(query);
    return before === undefined ? now : before + gapOf(query);
  }

  #read(query: Query, now: number): void {
    this.#old.delete(query);
    if (!query.isActive()) {
      query.invalidate(); // whatever was read meanwhile may be from before the event
      return;
    }
    this.#readAt.set(query, now);
    void this.queries.refetchQueries({ queryKey: query.queryKey, exact: true, type: "active" });
  }
}

/** A list of many pages costs as many requests: it is read the more rarely. */
function gapOf(query: Query): number {
  const { data } = query.state;
  const pages = isPaged(data) ? data.pages.length : 1;
  return query.queryKey[1] === "one" ? ENTRY_GAP_MS * pages : LIST_GAP_MS * pages;
}

function isPaged(data: unknown): data is { pages: readonly unknown[] } {
  return typeof data === "object" && data !== null && "pages" in data && Array.isArray(data.pages);
}
