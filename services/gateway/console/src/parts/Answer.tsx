import type { ReactNode } from "react";
import { Failed } from "./Failed";
import { Waiting } from "./Waiting";

/**
 * What a query answers: the layout kept while it loads, why it failed, else its data.
 * Data that is here stays while it is asked again, also where that fails: the status line says so.
 */
export function Answer<T>({
  query,
  waiting,
  small = false,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  waiting?: ReactNode;
  small?: boolean;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) return <Failed error={query.error} retry={() => void query.refetch()} small={small} />;
  return <>{waiting ?? <Waiting rows={small ? 2 : 6} />}</>;
}
