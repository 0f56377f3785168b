/** How the generated functions reach the gateway: CSRF header, problems as errors, a session that ends on the way. */

import { defaults, getSession } from "./generated";
import { found, lost } from "./network";
import { NetworkError, problemOf } from "./problems";
import { began, ended, session } from "./session";

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
 * and NetworkError where none came. A request whose session has ended waits until somebody has signed in again,
 * and goes once more: what a person typed is not lost.
 */
export const send: typeof fetch = async (input, init) => {
  const answer = await attempt(input, init);
  if (answer.status === 401 && !String(input).startsWith(SESSION_PATH) && (await ended())) {
    return required(await attempt(input, init));
  }
  return required(answer);
};

async function attempt(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
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
