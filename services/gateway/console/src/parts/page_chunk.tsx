import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { Waiting } from "./Waiting";

/** A page, or a part of one, in a file of its own, which is read when it is shown first. */
export class PageChunk<Props extends object = object> {
  here: ComponentType<Props> | undefined;

  constructor(private readonly load: () => Promise<{ default: ComponentType<Props> }>) {}

  async read(): Promise<ComponentType<Props>> {
    this.here = (await this.load()).default;
    return this.here;
  }
}

/** Shows a page as soon as it is here; throws what it could not be read for. */
export function ChunkedPage({ chunk }: { chunk: PageChunk }) {
  return <Chunked chunk={chunk} props={{}} waiting={<Waiting />} />;
}

/**
 * Shows a part as soon as it is here; throws what it could not be read for. React's `lazy` was considered: once it
 * has shown that something is coming, React holds what has come for 300 ms, and what the part asks for waits as long.
 */
export function Chunked<Props extends object>({
  chunk,
  props,
  waiting,
}: {
  chunk: PageChunk<Props>;
  props: Props;
  waiting?: ReactNode;
}) {
  const [Part, show] = useState(() => chunk.here);
  const [failed, fail] = useState<{ error: unknown }>();
  useEffect(() => {
    if (Part === undefined)
      chunk.read().then(
        (read) => show(() => read),
        (error: unknown) => fail({ error }),
      );
  }, [Part, chunk]);
  if (failed !== undefined) throw failed.error;
  return Part === undefined ? waiting : <Part {...props} />;
}
