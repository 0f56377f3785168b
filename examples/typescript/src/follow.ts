import { defaults } from "./framewell.js";

/** One event of an asset, as the gateway streams it; `data` is as its JSON Schema says (`/schemas/<type>.json`). */
export interface AssetEvent {
  id: string;
  time: string;
  type: string;
  data: unknown;
}

/**
 * Yield what happens to an asset, from its beginning, as it happens (server-sent events). A stream that breaks off
 * is taken up again where it ended. Throws for an asset that the mesh does not know.
 */
export async function* follow(assetId: string): AsyncGenerator<AssetEvent> {
  let last = "";
  for (;;) {
    const headers = new Headers(defaults.headers as Record<string, string>);
    headers.set("accept", "text/event-stream");
    if (last) headers.set("last-event-id", last);
    const response = await fetch(`${defaults.baseUrl}/v1/assets/${assetId}/events`, { headers });
    if (!response.ok || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
    try {
      for await (const { id, data } of blocks(response.body)) {
        last = id;
        yield JSON.parse(data) as AssetEvent;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that broke off
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Yield the id and data of each block of an event stream; what has no data is a comment that keeps it open. */
async function* blocks(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string; data: string }> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const field = (name: string) =>
        part.split("\n").filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      if (field("data").length > 0) yield { id: field("id")[0] ?? "", data: field("data").join("\n") };
    }
  }
}
