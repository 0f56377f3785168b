/**
 * A person's seat at the desk: of several tabs of one browser one reviews at a time. Leases are the person's and not
 * the tab's: two tabs would be given the same samples, and the one that closes would give back what the other shows.
 *
 * The tab that sits holds a Web Lock; the others wait for it, and one may ask for it.
 */

import { Store } from "../../api/store";

/** Whether this tab reviews; `coming`: that is not known yet. */
export type Place = "coming" | "here" | "elsewhere";

type Told = "asked" | "left";

/** A tab that is loaded anew gives its seat up when it is gone, a moment later. */
const COMING_MS = 500;
/** A tab that does not answer within this is not waited for: it sleeps, or cannot reach the mesh. */
const ANSWERS_WITHIN_MS = 3000;

export class Seat {
  readonly state = new Store<Place>("coming");
  #channel: BroadcastChannel | undefined;
  #waiting = new AbortController();
  #late: ReturnType<typeof setTimeout> | undefined;
  /** Gives up the lock; undefined while this tab has none. */
  #free: (() => void) | undefined;
  #left: (() => void) | undefined;
  #taking = false;

  constructor(
    private readonly name: string,
    /** Gives back what is leased, and resolves when others may claim it. */
    private readonly leave: () => Promise<void>,
  ) {}

  /** Sits down, once no other tab does. */
  sit(): void {
    this.state.set("coming");
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
    this.#late = setTimeout(() => this.state.update((now) => (now === "coming" ? "elsewhere" : now)), COMING_MS);
    this.#wait();
  }

  /** Stands up: the tab goes to another page. */
  async end(): Promise<void> {
    clearTimeout(this.#late);
    this.#waiting.abort();
    this.#channel?.close();
    this.#channel = undefined;
    const free = this.#free;
    this.#free = undefined;
    await this.leave();
    free?.();
  }

  /** Sits down in the place of the tab that does, after that one has given its samples back. */
  async take(): Promise<void> {
    if (this.#free !== undefined) return this.state.set("here");
    const channel = this.#channel;
    if (channel === undefined || this.#taking) return;
    this.#taking = true;
    await new Promise<void>((resolve) => {
      this.#left = resolve;
      setTimeout(resolve, ANSWERS_WITHIN_MS);
      channel.postMessage("asked" satisfies Told);
    });
    this.#taking = false;
    if (channel !== this.#channel || this.#free !== undefined) return;
    this.#waiting.abort();
    this.#request({ steal: true });
  }

  #wait(): void {
    this.#waiting = new AbortController();
    this.#request({ signal: this.#waiting.signal });
  }

  #request(how: LockOptions): void {
    const channel = this.#channel;
    navigator.locks
      .request(this.name, how, () => this.#hold())
      .catch(() => {
        // Given up by this tab itself, or taken by another one.
        if (how.signal?.aborted || channel !== this.#channel) return;
        this.#free = undefined;
        void this.#make("elsewhere");
        this.#wait();
      });
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#free = resolve;
      void this.#make("here");
    });
  }

  async #make(place: Place): Promise<void> {
    clearTimeout(this.#late);
    this.state.set(place);
    if (place === "elsewhere") await this.leave();
  }

  #hear(told: Told): void {
    if (told === "left") this.#left?.();
    else if (this.#free !== undefined)
      void this.#make("elsewhere").then(() => this.#channel?.postMessage("left" satisfies Told));
  }
}
