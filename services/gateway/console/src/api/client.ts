/** How the generated functions reach the gateway: CSRF header, problems as errors, a session that ends on the way. */

import { defaults, getSession } from "./generated";
import { found, lost } from "./network";
import { NetworkError, problemOf } from "./problems";
import { once } from "./repeats";
import { began, ended, type Session, session } from "./session";

export const CSRF_HEADER = "framewell-csrf";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const SESSION_PATH = "/v1/session";

/** Lets every generated function send by `send`. */
export function install(): void {
  defaults.baseUrl = "";
  defaults.fetch = send;
}

/**
 * Fetches from the gateway. Resolves to an answer that succeeded (or 304); throws ProblemError for any other
 * and NetworkError where none came. A request whose session has ended waits until its person has signed in again,
 * and goes once more: what somebody typed is not lost, and goes in nobody else's name. A change whose answer was
 * lost is made once, however often it is sent.
 */
export const send: typeof fetch = (input, init = {}) => once(input, init, (keyed) => sent(input, keyed));

async function sent(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const before = session.get();
  const answer = await attempt(input, init);
  if (String(input).startsWith(SESSION_PATH)) return required(answer);
  let again = false;
  if (answer.status === 401) again = await isBack(before);
  else if (await isOfOldSession(answer)) again = await isStillTheirs(before);
  return required(again ? await attempt(input, init) : answer);
}

/** Resolves to whether the person of an ended session is signed in again; waits for it where nobody is. */
function isBack(before: Session | undefined): Promise<boolean> {
  const now = session.get();
  const meanwhile = now !== undefined && !now.ended && now.csrf !== before?.csrf;
  return meanwhile ? Promise.resolve(now.principal === before?.principal) : ended();
}

/** Whether a change was refused because the session of this page is no more: another tab began a new one. */
async function isOfOldSession(answer: Response): Promise<boolean> {
  if (answer.status !== 403) return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined);
  return typeof body === "object" && body !== null && "reason" in body && body.reason === "csrf";
}

/** Asks whose session it is now; resolves to whether it is the same person's. Where it has ended, the page waits. */
async function isStillTheirs(before: Session | undefined): Promise<boolean> {
  const now = await getSession();
  if (now.principal === "") return ended();
  began(now);
  return now.principal === before?.principal;
}

async function attempt(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!SAFE.has((init.method ?? "GET").toUpperCase())) headers.set(CSRF_HEADER, session.get()?.csrf || "console");
  try {
    const answer = await fetch(input, { ...init, headers, credentials: "same-origin" });
    found();
    return answer;
  } catch (error) {
    if (init.signal?.aborted) throw error;
    lost();
    throw new NetworkError("the gateway does not answer");
  }
}

async function required(answer: Response): Promise<Response> {
  if (answer.ok || answer.status === 304) return answer;
  const text = await answer.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined; // a proxy's page
  }
  throw problemOf(answer.status, body, answer.headers);
}

/** Asks who uses the console, and keeps the answer. */
export async function askSession(): Promise<void> {
  began(await getSession());
}
