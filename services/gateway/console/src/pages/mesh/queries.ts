/** What the page of the mesh asks, again and again while somebody looks. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  type DeadLetterCount,
  explainAsset,
  getMesh,
  type ListDeadLettersResponse,
  listAssets,
  listDeadLetters,
  listModels,
  listTelemetry,
  type MeshView,
} from "../../api/generated";
import { type Key, pageAt, paged } from "../../api/queries";

export const EVERY_MS = 5000;

export const meshNow = queryOptions({
  queryKey: ["mesh", "now"] satisfies Key,
  queryFn: () => getMesh(),
  refetchInterval: EVERY_MS,
  staleTime: 0,
  retry: false,
});

/** Models that serve the mesh, others' among them. */
export const modelsQuery = infiniteQueryOptions({
  queryKey: ["models", "list", "at work"] satisfies Key,
  queryFn: ({ pageParam, signal }) => listModels(pageAt(pageParam, 100), { signal }),
  ...paged,
});

/** How much every process logs and traces. */
export const telemetryNow = queryOptions({
  queryKey: ["mesh", "telemetry"] satisfies Key,
  queryFn: ({ signal }) => listTelemetry({ signal }),
  retry: false,
});

export const UNDER_WAY = ["requested", "ingested", "transcoding", "analysing"] as const;

export const underWay = queryOptions({
  queryKey: ["assets", "list", "under way"] satisfies Key,
  queryFn: () => listAssets({ state: [...UNDER_WAY], pageSize: 8 }),
  refetchInterval: EVERY_MS,
});

export function whyOf(assetId: string) {
  return queryOptions({
    queryKey: ["assets", "why", assetId] satisfies Key,
    queryFn: () => explainAsset(assetId),
    refetchInterval: EVERY_MS,
    retry: false,
  });
}

/** Dead letters of one kind. */
export type Kind = Pick<DeadLetterCount, "group" | "code" | "type">;

export function deadLettersOf({ group, code, type }: Kind) {
  return infiniteQueryOptions({
    queryKey: ["mesh", "dead-letters", group, code, type] satisfies Key,
    queryFn: ({ pageParam }): Promise<ListDeadLettersResponse> =>
      listDeadLetters({
        ...pageAt(pageParam),
        group,
        ...(code === "" ? {} : { code }),
        ...(type === "" ? {} : { $type: type }),
      }),
    ...paged,
  });
}

/** What an operator sees from across the room. */
export interface Summary {
  notReady: number;
  stopped: number;
  givenUp: number;
}

export function summaryOf(view: MeshView): Summary {
  return {
    notReady: view.services.filter((one) => !one.ready).length,
    stopped: view.services.reduce((sum, one) => sum + one.breakers.length, 0),
    givenUp: view.services.reduce((sum, one) => sum + one.dead_letters.reduce((all, kind) => all + kind.count, 0), 0),
  };
}
