import { type ComponentType, useEffect, useState } from "react";
import { Waiting } from "./Waiting";

/** A page in a file of its own, which is read when it is shown first. */
export class PageChunk {
  here: ComponentType | undefined;

  constructor(private readonly load: () => Promise<{ default: ComponentType }>) {}

  async read(): Promise<ComponentType> {
    this.here = (await this.load()).default;
    return this.here;
  }
}

/**
 * Shows a page as soon as it is here; throws what it could not be read for. React's `lazy` was considered: once it
 * has shown that something is coming, React holds what has come for 300 ms, and what the page asks for waits as long.
 */
export function ChunkedPage({ chunk }: { chunk: PageChunk }) {
  const [Page, show] = useState(() => chunk.here);
  const [failed, fail] = useState<{ error: unknown }>();
  useEffect(() => {
    if (Page === undefined)
      chunk.read().then(
        (read) => show(() => read),
        (error: unknown) => fail({ error }),
      );
  }, [Page, chunk]);
  if (failed !== undefined) throw failed.error;
  return Page === undefined ? <Waiting /> : <Page />;
}
