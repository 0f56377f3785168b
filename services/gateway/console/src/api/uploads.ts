/**
 * Files on their way to the mesh, by tus 1.0.0: sent in pieces, gone on with after a break, asked for once stated.
 *
 * They go on while somebody looks at other pages, in the name of who dropped them alone: they wait while that person
 * is not signed in, whoever else is. A file that is dropped again after its tab was closed goes on
 * where it was. Uppy and tus-js-client were considered: this is one protocol, spoken with the session's own client.
 */

import { send } from "./client";
import { type IngestRequested, submitAsset } from "./generated";
import { pause } from "./pause";
import { isSignedOut, ProblemError } from "./problems";
import { isPassing } from "./queries";
import { isHere, session } from "./session";
import { Store } from "./store";
import {
  forgetPlace,
  holdPlace,
  isGone,
  type Kept,
  offsetAt,
  offsetOf,
  PATH,
  rememberedPlace,
  rememberPlace,
  VERSION,
} from "./upload_places";

const FIRST_PIECE = 1 << 20;
const LARGEST_PIECE = 16 << 20;
/** A piece grows until it takes about so long: progress is seen, and a break costs little. */
const PIECE_MS = 800;
const LONGEST_WAIT_MS = 8000;

/** What is asked for with a file, but where it is. */
export type Wanted = Omit<IngestRequested, "uri">;

/**
 * waiting: for its turn, or for its person; sending; broken: the way to the gateway is, it is tried again; sent: whole, what is
 * wanted with it is not said yet; asking; done; failed: refused for good; empty: a file of no bytes, never sent.
 */
export type UploadState = "waiting" | "sending" | "broken" | "sent" | "asking" | "done" | "failed" | "empty";

export interface Upload {
  id: number;
  /** Who dropped it: in nobody else's name it is sent, gone on with or asked for. */
  principal: string;
  /** Undefined once it is taken in: a browser keeps what a page holds. */
  file: File | undefined;
  name: string;
  size: number;
  state: UploadState;
  /** Bytes that the mesh has. */
  sent: number;
  /** Set once somebody has said what it is and what may be done with it. */
  wanted: Wanted | undefined;
  error: unknown;
  /** Of the asset that came of it. */
  assetId: string | undefined;
}

/** Every upload of this tab, whosever it is, the oldest first. */
export const uploads = new Store<readonly Upload[]>([]);

let lastId = 0;
const cancelled = new Map<number, AbortController>();
let working = false;
session.subscribe(() => void work());

/** Begins to send a file, after those before it; returns its number. One of no bytes is only listed. */
export function addUpload(file: File): number {
  const id = ++lastId;
  if (id === 1) window.addEventListener("beforeunload", askBeforeLeaving);
  cancelled.set(id, new AbortController());
  uploads.update((now) => [
    ...now,
    {
      id,
      principal: session.get()?.principal ?? "",
      file,
      name: file.name,
      size: file.size,
      state: file.size === 0 ? "empty" : "waiting",
      sent: 0,
      wanted: undefined,
      error: undefined,
      assetId: undefined,
    },
  ]);
  const added = find(id);
  if (added?.state === "waiting") holdPlace(added);
  void work();
  return id;
}

/** Says what is wanted with a file; it is asked for as soon as the mesh has it whole. */
export function wantUpload(id: number, wanted: Wanted): void {
  change(id, { wanted });
  const upload = find(id);
  if (upload?.state === "sent" || (upload?.state === "failed" && upload.sent === upload.size)) void ask(id);
}

/** Tries a failed one again. */
export function retryUpload(id: number): void {
  const upload = find(id);
  if (upload?.state !== "failed") return;
  if (upload.sent === upload.size && upload.wanted !== undefined) void ask(id);
  else {
    change(id, { state: "waiting", error: undefined });
    void work();
  }
}

/** Lets go of a file, here and in the mesh; of one that is done, of its line alone. */
export function dropUpload(id: number): void {
  const upload = find(id);
  cancelled.get(id)?.abort();
  cancelled.delete(id);
  uploads.update((now) => now.filter((one) => one.id !== id));
  if (upload?.file === undefined) return;
  const path = rememberedPlace(upload);
  forgetPlace(upload);
  // What cannot be deleted now expires by itself.
  if (path !== null && isHere(upload.principal))
    send(path, { method: "DELETE", headers: VERSION }).catch(() => undefined);
}

/** Whether nothing more is sent of it by itself. */
export function isOver({ state }: Upload): boolean {
  return state === "done" || state === "failed" || state === "empty";
}

/** Asks before a tab is closed that would break something off. */
function askBeforeLeaving(event: BeforeUnloadEvent): void {
  if (uploads.get().some((one) => !isOver(one))) event.preventDefault();
}

/** Sends what waits, one file after the other: two at once would halve the way of each. */
async function work(): Promise<void> {
  if (working) return;
  working = true;
  for (;;) {
    const next = uploads.get().find((one) => one.state === "waiting" && isHere(one.principal));
    if (next?.file === undefined) break;
    await sendWhole({ ...next, file: next.file }, cancelled.get(next.id)?.signal ?? AbortSignal.abort());
  }
  working = false;
}

/** What is sent of an upload: its bytes, in the name of its person. */
type Sending = Pick<Upload, "id" | "principal"> & { file: File };

async function sendWhole(upload: Sending, signal: AbortSignal): Promise<void> {
  const { id, file } = upload;
  change(id, { state: "sending" });
  let piece = FIRST_PIECE;
  let waitMs = 500;
  let place: Place | undefined;
  while (!signal.aborted) {
    if (!isHere(upload.principal)) return change(id, { state: "waiting", error: undefined });
    try {
      place ??= await begin(upload, signal);
      if (place === undefined || !isHere(upload.principal)) continue;
      change(id, { state: "sending", sent: place.offset });
      if (place.offset === file.size) {
        change(id, { state: "sent" });
        if (find(id)?.wanted !== undefined) await ask(id);
        return;
      }
      const began = performance.now();
      place.offset = await sendPiece(place, file, piece, signal);
      piece =
        performance.now() - began < PIECE_MS ? Math.min(piece * 2, LARGEST_PIECE) : Math.max(piece / 2, FIRST_PIECE);
      waitMs = 500;
    } catch (error) {
      if (signal.aborted) return;
      if (isSignedOut(error) && !isHere(upload.principal)) continue;
      if (isOutOfStep(error)) forgetIfGone(upload, error);
      else if (!isPassing(error) && !(error instanceof ProblemError && error.status === 408)) {
        change(id, { state: "failed", error });
        return;
      } else {
        change(id, { state: "broken", error });
        await pause(waitMs, signal);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
      place = undefined; // how far it came, the mesh knows better
    }
  }
}

interface Place {
  path: string;
  offset: number;
}

/** Where the mesh has got to with this file: of an earlier attempt, or of one that begins; undefined where it lost that. */
async function begin(upload: Sending, signal: AbortSignal): Promise<Place | undefined> {
  const { file } = upload;
  const path = rememberedPlace(upload);
  if (path !== null) {
    try {
      return { path, offset: await offsetAt(path, signal) };
    } catch (error) {
      if (!isGone(error)) throw error;
      forgetPlace(upload);
      return undefined;
    }
  }
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const headers = { ...VERSION, "upload-length": String(file.size), "upload-metadata": `filename ${name}` };
  const answer = await send(PATH, { method: "POST", headers, signal });
  const made = answer.headers.get("location") ?? "";
  rememberPlace(upload, made);
  return { path: made, offset: 0 };
}

async function sendPiece(place: Place, file: File, length: number, signal: AbortSignal): Promise<number> {
  const headers = {
    ...VERSION,
    "upload-offset": String(place.offset),
    "content-type": "application/offset+octet-stream",
  };
  const body = file.slice(place.offset, place.offset + length);
  return offsetOf(await send(place.path, { method: "PATCH", headers, body, signal }));
}

/** Asks for the asset; the same upload asked for twice is one asset. */
async function ask(id: number): Promise<void> {
  const upload = find(id);
  if (upload?.file === undefined || upload.wanted === undefined) return;
  if (!isHere(upload.principal)) return change(id, { state: "waiting", error: undefined });
  const path = rememberedPlace(upload);
  if (path === null) return;
  const uri = path.slice(PATH.length + 1);
  change(id, { state: "asking", error: undefined });
  try {
    const { asset_id } = await submitAsset({ ...upload.wanted, uri }, { requestId: uri });
    forgetPlace(upload);
    cancelled.delete(id);
    change(id, { state: "done", assetId: asset_id, file: undefined });
  } catch (error) {
    const waits = isSignedOut(error) && !isHere(upload.principal);
    change(id, waits ? { state: "waiting", error: undefined } : { state: "failed", error });
  }
}

function change(id: number, to: Partial<Upload>): void {
  uploads.update((now) => now.map((one) => (one.id === id ? { ...one, ...to } : one)));
}

function find(id: number): Upload | undefined {
  return uploads.get().find((one) => one.id === id);
}

/** Refusals that say how far the mesh has come, or that it lost the upload: neither is the file's fault. */
function isOutOfStep(error: unknown): boolean {
  return error instanceof ProblemError && [404, 409, 410].includes(error.status);
}

function forgetIfGone(upload: Kept, error: unknown): void {
  if (error instanceof ProblemError && error.status !== 409) forgetPlace(upload);
}
