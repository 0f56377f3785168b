/**
 * The events of the mesh as they happen: one stream a browser, whichever tabs are open.
 *
 * The tab that holds a Web Lock has the only EventSource, and tells the others by BroadcastChannel: over
 * HTTP/1.1 a browser opens six connections to one address, and the seventh tab would hang. Events only say
 * what is old; they are gathered, and what they made old is read again at its own pace (freshness.ts).
 */

import type { QueryClient } from "@tanstack/react-query";
import { EVENT_NAMES } from "./event_names";
import { Freshness } from "./freshness";
import { type Heard, type Stale, staleAfter } from "./invalidations";
import { found, lost } from "./network";
import { pause } from "./pause";
import { Store } from "./store";

const STREAM = "/v1/events";
const NAME = "framewell-events";
const PLACE = "framewell-events-place";
const GATHER_MS = 250;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;

type Told = { kind: "event"; event: Heard } | { kind: "resync" } | { kind: "open" } | { kind: "broken" };

/** Whether events arrive: undefined before the first word of the stream. */
export const live = new Store<boolean | undefined>(undefined);

const listeners = new Set<(event: Heard) => void>();

/** Calls `listener` at every event, for a page that shows them; returns what ends that. */
export function onEvent(listener: (event: Heard) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows the stream until the returned function is called; keeps `queries` fresh. */
export function follow(queries: QueryClient): () => void {
  const ending = new AbortController();
  const freshness = new Freshness(queries);
  const gathered = new Gathered(freshness);
  const look = () => freshness.look();
  document.addEventListener("visibilitychange", look);
  const channel = new BroadcastChannel(NAME);
  const hear = (told: Told) => {
    if (told.kind === "event") {
      for (const stale of staleAfter(told.event)) gathered.add(stale);
      for (const tell of listeners) tell(told.event);
    } else if (told.kind === "resync") {
      gathered.everything();
    } else {
      const before = live.get();
      live.set(told.kind === "open");
      if (told.kind === "open" && before === false) gathered.everything();
    }
  };
  channel.onmessage = (message: MessageEvent<Told>) => hear(message.data);
  const tell = (told: Told) => {
    hear(told);
    channel.postMessage(told);
  };
  inTurn(ending.signal, (afterAnother) => new Stream(tell, ending.signal, afterAnother).run()).catch(
    (error: unknown) => {
      if (!ending.signal.aborted) throw error;
    },
  );
  return () => {
    ending.abort();
    channel.close();
    document.removeEventListener("visibilitychange", look);
    gathered.stop();
    freshness.stop();
  };
}

/** Runs `work` while no other tab does, and says whether it was another's turn before. */
async function inTurn(signal: AbortSignal, work: (afterAnother: boolean) => Promise<void>): Promise<void> {
  const isFirst = await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work(false);
    return lock !== null;
  });
  if (!isFirst) await navigator.locks.request(NAME, { signal }, () => work(true));
}

/** The one EventSource, opened again after a break from where it was. */
class Stream {
  #retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly tell: (told: Told) => void,
    private readonly signal: AbortSignal,
    private readonly afterAnother: boolean,
  ) {}

  /** Resolves when the signal ends it; holds the lock until then. */
  async run(): Promise<void> {
    while (!this.signal.aborted) {
      await this.#untilItBreaks();
      await pause(this.#retryMs, this.signal);
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  #untilItBreaks(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.signal.removeEventListener("abort", end);
        source.close();
        resolve();
      };
      const source = this.#open(end);
      this.signal.addEventListener("abort", end);
    });
  }

  #open(broke: () => void): EventSource {
    const after = localStorage.getItem(PLACE);
    const source = new EventSource(after ? `${STREAM}?after=${encodeURIComponent(after)}` : STREAM);
    source.onopen = () => {
      this.#retryMs = FIRST_RETRY_MS;
      found();
      this.tell({ kind: "open" });
      // Taken over without a place to go on from: what happened while nobody listened was told to nobody.
      if (after === null && this.afterAnother) this.tell({ kind: "resync" });
    };
    source.onerror = () => {
      this.tell({ kind: "broken" });
      if (source.readyState === EventSource.CLOSED) {
        // Refused: the place may be one that the gateway no longer knows.
        localStorage.removeItem(PLACE);
      } else {
        lost();
      }
      broke();
    };
    const place = (message: MessageEvent) => {
      if (message.lastEventId !== "") localStorage.setItem(PLACE, message.lastEventId);
    };
    source.addEventListener("message", place);
    source.addEventListener("resync", (message) => {
      place(message);
      this.tell({ kind: "resync" });
    });
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (message) => {
        place(message);
        this.tell({ kind: "event", event: heard(name, message.data) });
      });
    }
    return source;
  }
}

function heard(name: string, text: string): Heard {
  const event = JSON.parse(text) as { subject?: string; data?: Record<string, unknown> };
  return { name, subject: event.subject ?? "", data: event.data ?? {} };
}

/** What became old in a quarter of a second, noted at once. */
class Gathered {
  readonly #stale = new Map<string, Stale>();
  #all = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly freshness: Freshness) {}

  add(stale: Stale): void {
    this.#stale.set(stale.join("\n"), stale);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  everything(): void {
    this.#all = true;
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#timer = undefined;
    this.freshness.age(this.#all ? [[]] : [...this.#stale.values()]);
    this.#stale.clear();
    this.#all = false;
  }
}
