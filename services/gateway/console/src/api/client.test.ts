import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CSRF_HEADER, send } from "./client";
import type { Session } from "./generated";
import { network } from "./network";
import { NetworkError, ProblemError } from "./problems";
import { began, leave, session } from "./session";

const ANNA: Session = {
  mode: "users",
  setup_open: false,
  user: { user_id: "1", login: "anna", name: "Anna", role: "curator", state: "active", external: false },
  principal: "anna",
  role: "curator",
  by: "session",
  csrf: "c0ffee",
  oidc: "",
};

const answers: (Response | Error)[] = [];
const asked: { url: string; headers: Headers }[] = [];

beforeEach(() => {
  answers.length = asked.length = 0;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, headers: new Headers(init.headers) });
    const answer = answers.shift();
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer);
  });
  began(ANNA);
});
afterEach(() => vi.unstubAllGlobals());

function problem(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "x-request-id": "r-1", "retry-after": "7" },
  });
}

test("a change carries the token of its session, a question does not", async () => {
  answers.push(new Response("{}"), new Response("{}"));
  await send("/v1/samples/review", { method: "POST", body: "{}" });
  await send("/v1/samples");
  expect(asked.map((one) => one.headers.get(CSRF_HEADER))).toEqual(["c0ffee", null]);
});

test("a problem is thrown with its code, its sentence and the id of its request", async () => {
  answers.push(
    problem(422, { detail: "no title", code: "invalid", errors: [{ field: "title", problem: "is empty" }] }),
  );
  const refused = await send("/v1/assets").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ProblemError);
  const { status, code, detail, requestId, retryAfterSeconds } = refused as ProblemError;
  expect({ status, code, detail, requestId, retryAfterSeconds }).toEqual({
    status: 422,
    code: "invalid",
    detail: "no title",
    requestId: "r-1",
    retryAfterSeconds: 7,
  });
  expect((refused as ProblemError).at("title")?.problem).toBe("is empty");
});

test("a proxy's page is a problem, too", async () => {
  answers.push(new Response("<html>Bad Gateway</html>", { status: 502 }));
  await expect(send("/v1/assets")).rejects.toMatchObject({ status: 502, detail: "the gateway answered 502" });
});

test("no answer is the network's, and the next answer ends it", async () => {
  answers.push(new TypeError("Failed to fetch"), new Response("{}"));
  await expect(send("/v1/assets")).rejects.toBeInstanceOf(NetworkError);
  expect(network.get().awaySince).toBeDefined();
  await send("/v1/assets");
  expect(network.get().awaySince).toBeUndefined();
});

test("what is sent after the session has ended waits for a new one, and goes on with its token", async () => {
  answers.push(problem(401, {}), new Response('{"kept":true}'));
  const sent = send("/v1/rights", { method: "POST", body: "{}" });
  await vi.waitFor(() => expect(session.get()?.ended).toBe(true));
  began({ ...ANNA, csrf: "new" });
  expect(await (await sent).json()).toEqual({ kept: true });
  expect(asked.at(-1)?.headers.get(CSRF_HEADER)).toBe("new");
});

test("who leaves instead of signing in again gets the refusal", async () => {
  answers.push(problem(401, { code: "unauthenticated" }));
  const sent = send("/v1/rights").catch((error: unknown) => error);
  await vi.waitFor(() => expect(session.get()?.ended).toBe(true));
  leave();
  expect(await sent).toMatchObject({ status: 401 });
  expect(session.get()?.principal).toBe("");
});

test("a wrong password at sign-in ends no session", async () => {
  answers.push(problem(401, { code: "unauthenticated" }));
  await expect(send("/v1/session", { method: "POST", body: "{}" })).rejects.toMatchObject({ status: 401 });
  expect(session.get()?.ended).toBe(false);
});

test("what waits for a session never goes on in another person's name", async () => {
  answers.push(problem(401, { code: "unauthenticated" }));
  const sent = send("/v1/samples/review", { method: "POST", body: "{}" }).catch((error: unknown) => error);
  await vi.waitFor(() => expect(session.get()?.ended).toBe(true));
  began({ ...ANNA, principal: "bert", csrf: "berts" });
  expect(await sent).toMatchObject({ status: 401 });
  expect(asked).toHaveLength(1);
});

test("a change of a session that another tab replaced goes once more for the same person, and for nobody else", async () => {
  const old = () => problem(403, { code: "forbidden", reason: "csrf" });
  const headers = { "content-type": "application/json" };
  const now = (more: Partial<Session>) => new Response(JSON.stringify({ ...ANNA, ...more }), { headers });
  answers.push(old(), now({ csrf: "new" }), new Response('{"kept":true}'));
  expect(await (await send("/v1/rights", { method: "POST", body: "{}" })).json()).toEqual({ kept: true });
  expect(asked.at(-1)?.headers.get(CSRF_HEADER)).toBe("new");
  answers.push(old(), now({ principal: "bert", csrf: "berts" }));
  await expect(send("/v1/rights", { method: "POST", body: "{}" })).rejects.toMatchObject({ reason: "csrf" });
  expect(session.get()?.principal).toBe("bert");
});

test("a session that another tab replaced and ended leaves the page as it is, and waits for a new one", async () => {
  const headers = { "content-type": "application/json" };
  const nobody = new Response(JSON.stringify({ ...ANNA, principal: "", csrf: "" }), { headers });
  answers.push(problem(403, { code: "forbidden", reason: "csrf" }), nobody, new Response('{"kept":true}'));
  const sent = send("/v1/rights", { method: "POST", body: "{}" });
  await vi.waitFor(() => expect(session.get()?.ended).toBe(true));
  expect(session.get()?.principal).toBe(ANNA.principal);
  began({ ...ANNA, csrf: "new" });
  expect(await (await sent).json()).toEqual({ kept: true });
});

test("an answer that comes after somebody has signed in ends no new session", async () => {
  let refuse: (answer: Response) => void = () => {};
  vi.stubGlobal("fetch", () => new Promise((resolve) => (refuse = resolve)));
  const sent = send("/v1/assets").catch((error: unknown) => error);
  began({ ...ANNA, principal: "bert", csrf: "berts" });
  refuse(problem(401, { code: "unauthenticated" }));
  expect(await sent).toMatchObject({ status: 401 });
  expect(session.get()).toMatchObject({ principal: "bert", ended: false });
});
