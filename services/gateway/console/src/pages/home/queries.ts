import { queryOptions } from "@tanstack/react-query";
import { getCounts, listAssets } from "../../api/generated";
import type { Key } from "../../api/queries";

/** What waits, for the whole mesh; refusals since this day began where the browser is. */
export function countsQuery() {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const since = midnight.toISOString();
  return queryOptions({
    queryKey: ["counts", since] satisfies Key,
    queryFn: ({ signal }) => getCounts({ since }, { signal }),
  });
}

/** What changed last. */
export function latelyQuery() {
  return queryOptions({
    queryKey: ["assets", "list", "lately"] satisfies Key,
    queryFn: ({ signal }) => listAssets({ pageSize: 8, orderBy: "changed_at desc" }, { signal }),
  });
}
