import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Seat } from "./seat";

/** Web Locks of one browser, as far as seats use them. */
class FakeLocks {
  #holder: { free: () => void; lose: (why: Error) => void } | undefined;
  readonly #queue: (() => void)[] = [];

  request(_: string, how: LockOptions, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const hold = () => {
        const mine = { free: resolve, lose: reject };
        this.#holder = mine;
        void work().then(() => {
          resolve();
          if (this.#holder === mine) this.#next();
        });
      };
      if (how.steal) {
        this.#holder?.lose(new DOMException("stolen", "AbortError"));
        hold();
      } else {
        this.#queue.push(hold);
        how.signal?.addEventListener("abort", () => {
          const place = this.#queue.indexOf(hold);
          if (place >= 0) this.#queue.splice(place, 1);
          reject(new DOMException("given up", "AbortError"));
        });
        if (this.#holder === undefined) this.#next();
      }
    });
  }

  #next(): void {
    this.#holder = undefined;
    this.#queue.shift()?.();
  }
}

/** The channels of one browser. */
class FakeChannel {
  static readonly all = new Set<FakeChannel>();
  onmessage: ((message: MessageEvent) => void) | undefined;

  constructor() {
    FakeChannel.all.add(this);
  }

  postMessage(data: unknown): void {
    for (const one of FakeChannel.all) if (one !== this) one.onmessage?.({ data } as MessageEvent);
  }

  close(): void {
    FakeChannel.all.delete(this);
  }
}

const left: string[] = [];

/** A tab whose way to the mesh takes so long. */
function tab(name: string, ms = 100): Seat {
  const seat = new Seat("desk of anna", async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    left.push(name);
  });
  seat.sit();
  return seat;
}

const places = (...seats: Seat[]) => seats.map((one) => one.state.get());

beforeEach(() => {
  vi.useFakeTimers();
  FakeChannel.all.clear();
  left.length = 0;
  vi.stubGlobal("navigator", { locks: new FakeLocks() });
  vi.stubGlobal("BroadcastChannel", FakeChannel);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("of several tabs one sits, and the others know soon", async () => {
  const [first, second] = [tab("first"), tab("second")];
  expect(places(first, second)).toEqual(["here", "coming"]);
  await vi.advanceTimersByTimeAsync(500);
  expect(places(first, second)).toEqual(["here", "elsewhere"]);
});

test("the tab that takes the seat sits once the other has given back what it had", async () => {
  const [first, second, third] = [tab("first"), tab("second"), tab("third")];
  await vi.advanceTimersByTimeAsync(500);
  void third.take();
  await vi.advanceTimersByTimeAsync(99);
  expect(places(first, second, third)).toEqual(["elsewhere", "elsewhere", "elsewhere"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(left).toEqual(["first"]);
  expect(places(first, second, third)).toEqual(["elsewhere", "elsewhere", "here"]);
  void first.take();
  void first.take();
  await vi.advanceTimersByTimeAsync(100);
  expect(places(first, second, third)).toEqual(["here", "elsewhere", "elsewhere"]);
});

test("a tab that does not answer is not waited for", async () => {
  const [first, second] = [tab("first", 60_000), tab("second")];
  await vi.advanceTimersByTimeAsync(500);
  void second.take();
  await vi.advanceTimersByTimeAsync(3000);
  expect(places(first, second)).toEqual(["elsewhere", "here"]);
});

test("when the tab that sits goes to another page, the one that waits longest sits down", async () => {
  const [first, second, third] = [tab("first"), tab("second"), tab("third")];
  await vi.advanceTimersByTimeAsync(500);
  void first.end();
  await vi.advanceTimersByTimeAsync(99);
  expect(second.state.get()).toBe("elsewhere");
  await vi.advanceTimersByTimeAsync(1);
  expect(places(second, third)).toEqual(["here", "elsewhere"]);
});

test("a tab that was asked for its seat by one that then went takes it again", async () => {
  const [first, second] = [tab("first"), tab("second")];
  await vi.advanceTimersByTimeAsync(500);
  void second.take();
  void second.end();
  await vi.advanceTimersByTimeAsync(5000);
  expect(first.state.get()).toBe("elsewhere");
  await first.take();
  expect(first.state.get()).toBe("here");
});
