import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { install } from "./client";
import type { Session } from "./generated";
import { began, leave, session } from "./session";
import { addUpload, dropUpload, uploads, type Wanted, wantUpload } from "./uploads";

const PATH = "/v1/uploads/resumable";
const WANTED = { programme: { title: "Abendschau" } } as unknown as Wanted;

/** A gateway that takes uploads: who is signed in by its cookie, and what it was asked in whose name. */
const gateway = { cookie: "", asked: [] as [string, string][], sizes: new Map<string, number>(), got: new Map() };
/** Holds the next piece back until it is called. */
let held: Promise<void> = Promise.resolve();

function signIn(principal: string): void {
  gateway.cookie = principal;
  began({ mode: "users", principal, csrf: `of ${principal}`, by: "session" } as unknown as Session);
}

function problem(status: number, reason = ""): Response {
  return new Response(JSON.stringify({ detail: "no", code: "no", reason }), { status });
}

async function answer(url: string, init: RequestInit): Promise<Response> {
  const method = init.method ?? "GET";
  if (url === "/v1/session") return Response.json({ principal: gateway.cookie, csrf: `of ${gateway.cookie}` });
  if (method === "PATCH") await held;
  if (gateway.cookie === "") return problem(401);
  if (method !== "HEAD" && new Headers(init.headers).get("framewell-csrf") !== `of ${gateway.cookie}`) {
    return problem(403, "csrf");
  }
  gateway.asked.push([gateway.cookie, `${method} ${url}`]);
  const headers = new Headers(init.headers);
  if (method === "POST" && url === PATH) {
    const path = `${PATH}/${gateway.sizes.size + 1}`;
    gateway.sizes.set(path, Number(headers.get("upload-length")));
    gateway.got.set(path, 0);
    return new Response(null, { status: 201, headers: { location: path } });
  }
  if (method === "PATCH") gateway.got.set(url, Number(headers.get("upload-offset")) + (init.body as Blob).size);
  if (url.startsWith(PATH)) return new Response(null, { headers: { "upload-offset": String(gateway.got.get(url)) } });
  return Response.json({ asset_id: "asset-1" });
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal("navigator", { locks: { request: () => new Promise(() => {}) } });
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("fetch", answer);
  install();
  gateway.asked.length = 0;
  gateway.sizes.clear();
  held = Promise.resolve();
  signIn("anna");
});
afterEach(() => {
  for (const one of uploads.get()) dropUpload(one.id);
  vi.unstubAllGlobals();
});

const states = () => uploads.get().map((one) => one.state);
const inTheNameOf = (who: string) => gateway.asked.filter(([one]) => one === who).map(([, what]) => what);

function added(...names: string[]): number[] {
  return names.map((name) => addUpload(new File([name], name, { lastModified: 1 })));
}

/** Two files on their way, the first of them held in the middle; returns what lets it go on. */
async function underWay(): Promise<() => void> {
  let go = () => {};
  held = new Promise((resolve) => (go = resolve));
  for (const id of added("a.mxf", "b.mxf")) wantUpload(id, WANTED);
  await vi.waitFor(() => expect(gateway.asked).toHaveLength(1));
  return go;
}

test("files go one after the other, and are asked for once they are stated", async () => {
  for (const id of added("a.mxf", "b.mxf")) wantUpload(id, WANTED);
  await vi.waitFor(() => expect(states()).toEqual(["done", "done"]));
  expect(inTheNameOf("anna").filter((one) => one.startsWith("POST /v1/assets"))).toHaveLength(2);
});

test("what one person dropped waits while another is signed in, and goes on for that person alone", async () => {
  const go = await underWay();
  gateway.cookie = "";
  go();
  await vi.waitFor(() => expect(session.get()?.ended).toBe(true));
  signIn("bert");
  await vi.waitFor(() => expect(states()).toEqual(["waiting", "waiting"]));
  added("c.mxf");
  await vi.waitFor(() => expect(states()).toEqual(["waiting", "waiting", "sent"]));
  expect(inTheNameOf("bert")).toEqual([`POST ${PATH}`, `PATCH ${PATH}/2`]);
  signIn("anna");
  await vi.waitFor(() => expect(states()).toEqual(["done", "done", "sent"]));
  expect(inTheNameOf("anna")).toContain(`HEAD ${PATH}/1`);
});

test("a file is not asked for in the name of who signed in in another tab", async () => {
  const go = await underWay();
  gateway.cookie = "bert"; // of another tab: this page learns of it by the refusal
  go();
  await vi.waitFor(() => expect(session.get()?.principal).toBe("bert"));
  await vi.waitFor(() => expect(states()).toEqual(["waiting", "waiting"]));
  expect(inTheNameOf("bert")).toEqual([]);
});

test("what is whole is not asked for after its person has left", async () => {
  const [id = 0] = added("a.mxf");
  await vi.waitFor(() => expect(states()).toEqual(["sent"]));
  leave();
  signIn("bert");
  wantUpload(id, WANTED);
  await vi.waitFor(() => expect(states()).toEqual(["waiting"]));
  signIn("anna");
  await vi.waitFor(() => expect(states()).toEqual(["done"]));
  expect(inTheNameOf("bert")).toEqual([]);
});

test("the same file of another person is another upload, and none is deleted in another's name", async () => {
  const [id = 0] = added("a.mxf");
  await vi.waitFor(() => expect(states()).toEqual(["sent"]));
  signIn("bert");
  added("a.mxf");
  await vi.waitFor(() => expect(states()).toEqual(["sent", "sent"]));
  dropUpload(id);
  expect(inTheNameOf("bert")).toEqual([`POST ${PATH}`, `PATCH ${PATH}/2`]);
});
