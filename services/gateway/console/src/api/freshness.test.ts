import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";
import { Freshness } from "./freshness";

const KEY = ["assets", "list", "all"];

/** A clock that a test moves, and a tab that it hides. */
class Held {
  time = 0;
  isHidden = false;
  #due: { at: number; run: () => void }[] = [];

  now = () => this.time;
  hidden = () => this.isHidden;
  after = (ms: number, run: () => void) => {
    const entry = { at: this.time + ms, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((one) => one !== entry);
    };
  };

  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const next = this.#due.sort((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > end) break;
      this.#due.shift();
      this.time = next.at;
      next.run();
      await settled();
    }
    this.time = end;
  }
}

/** Lets what is ready happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
}

let around: Held;
let queries: QueryClient;
let freshness: Freshness;
let reads: number[];

beforeEach(() => {
  around = new Held();
  queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } });
  freshness = new Freshness(queries, around);
  reads = [];
});

/** Shows a query, as a page does; returns what ends that. */
async function shown(queryKey: readonly unknown[], read = async () => "answer"): Promise<() => void> {
  const observer = new QueryObserver(queries, {
    queryKey,
    queryFn: () => {
      reads.push(around.time);
      return read();
    },
  });
  const end = observer.subscribe(() => undefined);
  await settled();
  return end;
}

test("a list is read at the first event, then every three seconds, and once after the last", async () => {
  const end = await shown(KEY);
  reads = [];
  for (let event = 0; event < 1000; event += 1) {
    freshness.age([["assets", "list"]]);
    await settled();
    await around.pass(10);
  }
  await around.pass(60_000);
  end();
  expect(reads).toEqual([0, 3000, 6000, 9000, 12_000]);
});

test("nothing is read while the tab is hidden, and everything old once on return", async () => {
  const ends = [await shown(KEY), await shown(["counts", "today"])];
  reads = [];
  around.isHidden = true;
  for (let event = 0; event < 50; event += 1) freshness.age([["assets"], ["counts"]]);
  await around.pass(3_600_000);
  expect(reads).toEqual([]);
  around.isHidden = false;
  freshness.look();
  await around.pass(60_000);
  for (const end of ends) end();
  expect(reads).toEqual([3_600_000, 3_600_000]);
});

test("an event during a read has a read of its own", async () => {
  let answer = (_: string) => {};
  const end = await shown(KEY, () => new Promise((resolve) => (answer = resolve)));
  freshness.age([["assets"]]);
  await around.pass(1000);
  expect(reads).toHaveLength(1);
  answer("from before the event");
  await settled();
  await around.pass(500);
  expect(reads).toHaveLength(2);
  answer("from after it");
  end();
});

test("a query that nothing shows is marked, and read when it is shown", async () => {
  const hide = await shown(KEY);
  hide();
  freshness.age([[]]);
  await around.pass(60_000);
  expect(reads).toHaveLength(1);
  const end = await shown(KEY);
  end();
  expect(reads).toHaveLength(2);
});

test("a list of many pages is read the more rarely", async () => {
  const observer = new InfiniteQueryObserver(queries, {
    queryKey: KEY,
    queryFn: async ({ pageParam }) => {
      reads.push(around.time);
      return pageParam;
    },
    initialPageParam: 0,
    getNextPageParam: (page: number) => page + 1,
  });
  const end = observer.subscribe(() => undefined);
  await settled();
  for (let page = 1; page < 10; page += 1) await observer.fetchNextPage();
  reads = [];
  for (let second = 0; second < 60; second += 1) {
    freshness.age([["assets"]]);
    await settled();
    await around.pass(1000);
  }
  end();
  expect(new Set(reads)).toEqual(new Set([0, 30_000, 60_000]));
});
