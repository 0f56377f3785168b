/** Where the mesh keeps what was sent of a file, as this browser remembers it: an upload outlives its tab. */

import { send } from "./client";
import { ProblemError } from "./problems";

export const PATH = "/v1/uploads/resumable";
export const VERSION = { "tus-resumable": "1.0.0" };
const PREFIX = "framewell-upload";
/** So many unfinished ones are asked for and shown at a time; what lies behind them comes when these are gone. */
const MOST_UNFINISHED = 20;

/** By what a browser knows an upload again: the same file has the same name, size and time. */
export interface Kept {
  principal: string;
  file: Pick<File, "name" | "size" | "lastModified"> | undefined;
}

/** An upload that was begun in this browser and is not asked for yet, by its bytes. */
export interface Unfinished {
  key: string;
  name: string;
  size: number;
  sent: number;
}

export function keyOf({ principal, file }: Kept): string {
  return `${PREFIX} ${principal} ${file?.size} ${file?.lastModified} ${file?.name}`;
}

export function rememberedPlace(upload: Kept): string | null {
  return localStorage.getItem(keyOf(upload));
}

export function rememberPlace(upload: Kept, path: string): void {
  localStorage.setItem(keyOf(upload), path);
}

/** Lets other tabs know, until this one is closed, that an upload is in its hands. */
export function holdPlace(upload: Kept): void {
  void navigator.locks.request(keyOf(upload), { mode: "shared" }, () => new Promise(() => {}));
}

export function forgetPlace(upload: Kept): void {
  localStorage.removeItem(keyOf(upload));
}

/** Returns how far the mesh has come with an upload. Throws a ProblemError where it has none there any more. */
export async function offsetAt(path: string, signal?: AbortSignal): Promise<number> {
  return offsetOf(await send(path, { method: "HEAD", headers: VERSION, ...(signal && { signal }) }));
}

export function offsetOf(answer: Response): number {
  return Number(answer.headers.get("upload-offset"));
}

/** Whether a refusal means that there is no such upload (any more): its time was over, or it was asked for. */
export function isGone(error: unknown): boolean {
  return error instanceof ProblemError && [404, 410, 422].includes(error.status);
}

/**
 * Returns what a person began in this browser and no tab goes on with, and forgets of it what the mesh no longer has;
 * 20 at the most.
 */
export async function unfinishedOf(principal: string, signal: AbortSignal): Promise<readonly Unfinished[]> {
  const held = new Set((await navigator.locks.query()).held?.map((lock) => lock.name));
  const mine = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX} ${principal} `) && !held.has(key));
  const asked = mine.slice(0, MOST_UNFINISHED).map((key) => unfinishedAt(key, principal, signal));
  const found = await Promise.all(asked);
  return found.filter((one) => one !== undefined);
}

async function unfinishedAt(key: string, principal: string, signal: AbortSignal): Promise<Unfinished | undefined> {
  const [, size, name] = /^(\d+) -?\d+ (.*)$/s.exec(key.slice(PREFIX.length + principal.length + 2)) ?? [];
  try {
    const sent = await offsetAt(localStorage.getItem(key) ?? "", signal);
    return { key, name: name ?? "", size: Number(size), sent };
  } catch (error) {
    if (!isGone(error)) throw error;
    localStorage.removeItem(key);
    return undefined;
  }
}

/** Whether one is still unfinished: it may have been sent to its end, or discarded, since it was looked for. */
export function isRemembered(key: string): boolean {
  return localStorage.getItem(key) !== null;
}

/** Lets go of one, here and in the mesh; what cannot be deleted there now expires by itself. */
export async function discardUnfinished({ key }: Unfinished): Promise<void> {
  const path = localStorage.getItem(key);
  localStorage.removeItem(key);
  if (path !== null) await send(path, { method: "DELETE", headers: VERSION }).catch(() => undefined);
}
