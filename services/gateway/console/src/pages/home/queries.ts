import { queryOptions } from "@tanstack/react-query";
import { getCounts, listAssets } from "../../api/generated";
import type { Key } from "../../api/queries";

/** When what was seen before is asked for again, as a newer look took its time. */
const AGAIN_MS = 2000;

/** What waits, for the whole mesh; refusals since this day began where the browser is. */
export function countsQuery() {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const since = midnight.toISOString();
  return queryOptions({
    queryKey: ["counts", since] satisfies Key,
    queryFn: ({ signal }) => getCounts({ since }, { signal }),
    refetchInterval: ({ state }) => (state.data?.refreshing ? AGAIN_MS : false),
  });
}

/** What changed last. */
export function latelyQuery() {
  return queryOptions({
    queryKey: ["assets", "list", "lately"] satisfies Key,
    queryFn: ({ signal }) => listAssets({ pageSize: 8, orderBy: "changed_at desc" }, { signal }),
  });
}
