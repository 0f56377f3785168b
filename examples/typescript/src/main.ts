// Sends a file (or names an address) to Framewell over REST, follows it until it has ended, prints the result.
//
//   node dist/main.js news.mp4 "Evening news"
//
// `framewell.ts` beside this file is made from the gateway's own /openapi.json: `npm run generate`.
import { openAsBlob } from "node:fs";
import { access } from "node:fs/promises";
import { basename } from "node:path";
import { HttpError, ok } from "@oazapfts/runtime";
import * as framewell from "./framewell.js";
import { follow } from "./follow.js";

const { env } = process;
framewell.defaults.baseUrl = env.FRAMEWELL_REST ?? "http://127.0.0.1:7410";
if (env.FRAMEWELL_TOKEN) framewell.defaults.headers = { authorization: `Bearer ${env.FRAMEWELL_TOKEN}` };

/** Return the address of what is to be taken in; a local file is sent first. */
async function addressOf(source: string): Promise<string> {
  if (/^[a-z0-9]+:/.test(source)) return source; // what the mesh does not fetch it refuses, with the reason
  await access(source); // names the file where it cannot be read
  const upload = await ok(framewell.uploadFile(await openAsBlob(source), { fileName: basename(source) }));
  return upload.uri;
}

/** Return the asset's id. The same request id with the same body is the same asset, however often it is sent. */
async function submit(uri: string, title: string): Promise<string> {
  const request: framewell.IngestRequested = {
    uri,
    programme: { title },
    statements: [{ issuer: "house", use: "allowed", legal_basis: "own_production" }],
    labels: { job: env.JOB ?? "4711" },
  };
  const { asset_id } = await ok(framewell.submitAsset(request, { requestId: `typescript/${uri}` }));
  return asset_id;
}

function print(view: framewell.AssetView): void {
  const seconds = view.speech?.map(({ start, end }) => parseFloat(end ?? "0") - parseFloat(start ?? "0")) ?? [];
  console.log(
    JSON.stringify(
      {
        state: view.state,
        reason: view.reason,
        job: view.request_labels.job,
        pictures: view.timeline?.frame_count,
        people: view.people?.map(({ name, score }) => ({ name, score })),
        text: view.text?.map(({ text }) => text),
        speech_seconds: Number(seconds.reduce((sum, one) => sum + one, 0).toFixed(1)),
        own_training: view.rights?.find(({ purpose }) => purpose === "own_training")?.sentence,
        playlist: view.playlist && new URL(view.playlist, framewell.defaults.baseUrl).href,
      },
      null,
      2,
    ),
  );
}

async function main(source: string, title: string): Promise<number> {
  const assetId = await submit(await addressOf(source), title);
  console.log(`the asset is ${assetId}`);
  for await (const { time, type } of follow(assetId)) {
    console.log(time, type);
    if (type === "framewell.asset.analysed.v1" || type === "framewell.asset.rejected.v1") break;
  }
  const view = await ok(framewell.getAsset(assetId));
  print(view);
  return view.state === "analysed" ? 0 : 1;
}

/** Return what went wrong in one line: the `detail` of a problem (RFC 9457), else the innermost cause. */
function sentence(error: unknown): string {
  if (error instanceof HttpError) return (error.data as framewell.Problem | undefined)?.detail ?? error.message;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${sentence(error.cause)}` : error.message;
}

const [source, title = ""] = process.argv.slice(2);
if (!source) {
  console.error("usage: node dist/main.js FILE|URI [TITLE]");
  process.exit(2);
}
try {
  process.exitCode = await main(source, title);
} catch (error) {
  console.error(sentence(error));
  process.exitCode = 3;
}
