/**
 * Idempotency keys: a change whose outcome nobody knows is sent again under its own key, so it happens once.
 *
 * Whoever presses a button again after the answer was lost sends the same request, by which the key is found.
 * Once an answer says what became of it, the same request is a new wish and gets another key.
 */

import { NetworkError, ProblemError } from "./problems";

export const KEY_HEADER = "idempotency-key";
/** How long the same request counts as the one whose answer was lost: people look, and press again. */
const SAME_WISH_MS = 60_000;
/** Leases: asked again they begin anew, and an answer from before would end them too early. */
const ANEW = /\/v1\/samples\/(claim|release)$/;

interface Open {
  key: string;
  /** When it was sent, or its answer was given up. */
  since: number;
  /** How many wait for an answer to it now. */
  underWay: number;
}

const open = new Map<string, Open>();

/** Sends a change by `attempt`, to which it gives its key; any other request, and a body of bytes, go as they are. */
export async function once(
  input: RequestInfo | URL,
  init: RequestInit,
  attempt: (init: RequestInit) => Promise<Response>,
): Promise<Response> {
  const { method, body } = init;
  if (ANEW.test(String(input))) return attempt(init);
  if (method?.toUpperCase() !== "POST" || !(body === undefined || body === null || typeof body === "string")) {
    return attempt(init);
  }
  const headers = new Headers(init.headers);
  if (headers.has(KEY_HEADER)) return attempt(init);
  const request = JSON.stringify([String(input), body ?? ""]);
  const wish = begun(request);
  headers.set(KEY_HEADER, wish.key);
  wish.underWay++;
  try {
    const answer = await attempt({ ...init, headers });
    forget(request, wish);
    return answer;
  } catch (error) {
    if (isUnknown(error)) wish.since = Date.now();
    else forget(request, wish);
    throw error;
  } finally {
    wish.underWay--;
  }
}

/** Whether a request that failed like this may have had its effect. */
function isUnknown(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status >= 500 || error.status === 408;
  return error instanceof NetworkError || (error instanceof DOMException && error.name === "AbortError");
}

function begun(request: string): Open {
  for (const [name, one] of open) {
    if (one.underWay === 0 && Date.now() - one.since > SAME_WISH_MS) open.delete(name);
  }
  const known = open.get(request);
  if (known !== undefined) return known;
  const wish = { key: newKey(), since: Date.now(), underWay: 0 };
  open.set(request, wish);
  return wish;
}

function forget(request: string, wish: Open): void {
  if (open.get(request) === wish) open.delete(request);
}

/** A key that nobody else has; `crypto.randomUUID` is missing on pages without TLS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
