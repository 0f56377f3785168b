import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { send } from "./client";
import { KEY_HEADER } from "./repeats";

const answers: (Response | Error)[] = [];
const keys: (string | null)[] = [];

beforeEach(() => {
  answers.length = keys.length = 0;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    keys.push(new Headers(init.headers).get(KEY_HEADER));
    const answer = answers.shift();
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const lost = () => new TypeError("Failed to fetch");
const refused = (status: number) => new Response("{}", { status });
const change = (body: string) => send("/v1/classes", { method: "POST", body }).catch(() => undefined);

test("a change whose answer was lost is sent again under its key, and is a new one once it was answered", async () => {
  answers.push(lost(), refused(503), new Response("{}"), new Response("{}"));
  for (let press = 0; press < 4; press++) await change('{"name":"lost"}');
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
  expect(keys[3]).not.toBe(keys[0]);
});

test("another change has another key, and so has one that was refused", async () => {
  answers.push(lost(), lost(), refused(409), lost());
  await change('{"name":"a"}');
  await change('{"name":"b"}');
  await change('{"name":"b"}');
  await change('{"name":"b"}');
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBe(keys[1]);
  expect(keys[3]).not.toBe(keys[2]);
});

test("two at once are one wish", async () => {
  answers.push(new Response("{}"), new Response("{}"));
  await Promise.all([change('{"name":"twice"}'), change('{"name":"twice"}')]);
  expect(keys[1]).toBe(keys[0]);
});

test("after a minute the same change is a new wish", async () => {
  vi.useFakeTimers();
  answers.push(lost(), lost());
  await change('{"name":"old"}');
  vi.advanceTimersByTime(61_000);
  await change('{"name":"old"}');
  expect(keys[1]).not.toBe(keys[0]);
});

test("a lease that is asked for again begins anew", async () => {
  answers.push(lost(), new Response("{}"));
  await send("/v1/samples/claim", { method: "POST", body: "{}" }).catch(() => {});
  await send("/v1/samples/claim", { method: "POST", body: "{}" });
  expect(keys).toEqual([null, null]);
});

test("what only asks, takes away or sends bytes has none", async () => {
  answers.push(new Response("{}"), new Response("{}"), new Response("{}"));
  await send("/v1/classes");
  await send("/v1/webhooks/a", { method: "DELETE" });
  await send("/v1/uploads", { method: "POST", body: new Blob(["x"]) });
  expect(keys).toEqual([null, null, null]);
});
