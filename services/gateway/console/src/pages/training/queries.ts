/** What the page of training asks. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  type Candidate,
  getModelLineage,
  getRun,
  type ListCandidatesResponse,
  type ListReanalysesResponse,
  type ListRunsResponse,
  type ListSnapshotsResponse,
  listAnalysers,
  listCandidates,
  listDatasets,
  listModels,
  listReanalyses,
  listRuns,
  listSnapshots,
  type ModelLineage,
  type Run,
} from "../../api/generated";
import { type Key, pageAt, paged } from "../../api/queries";

const WATCH_MS = 2000;

/** Whether a run has ended, well or not. */
export function hasEnded(run: Pick<Run, "state">): boolean {
  return run.state === "done" || run.state === "failed" || run.state === "cancelled";
}

export const candidates = infiniteQueryOptions({
  queryKey: ["candidates", "list"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListCandidatesResponse> => listCandidates(pageAt(pageParam)),
  ...paged,
});

export const runs = infiniteQueryOptions({
  queryKey: ["runs", "list"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListRunsResponse> => listRuns(pageAt(pageParam)),
  ...paged,
  refetchInterval: (query) =>
    query.state.data?.pages.some((page) => page.runs.some((run) => !hasEnded(run))) ? WATCH_MS : false,
});

export const snapshots = infiniteQueryOptions({
  queryKey: ["snapshots", "list"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListSnapshotsResponse> => listSnapshots(pageAt(pageParam)),
  ...paged,
});

/** Snapshots of one dataset that may be learned from, newest first. */
export function snapshotsOf(dataset: string) {
  return queryOptions({
    queryKey: ["snapshots", "list", dataset] satisfies Key,
    queryFn: async ({ signal }) => {
      const { snapshots: found } = await listSnapshots({ datasetId: dataset, pageSize: 50 }, { signal });
      return found.flatMap((one) => (one.published === undefined || one.withdrawn !== undefined ? [] : one.published));
    },
    enabled: dataset !== "",
  });
}

export const datasets = queryOptions({
  queryKey: ["datasets", "list"] satisfies Key,
  queryFn: () => listDatasets(),
});

/** One run, asked again while it goes on; events say the rest, in the one stream that all tabs share. */
export function runOf(id: string) {
  return queryOptions({
    queryKey: ["runs", "one", id] satisfies Key,
    queryFn: async () => (await getRun(id)).run,
    refetchInterval: ({ state }) => (state.data !== undefined && hasEnded(state.data) ? false : WATCH_MS),
  });
}

export function lineageOf(name: string, version: string) {
  return infiniteQueryOptions({
    queryKey: ["models", "lineage", name, version] satisfies Key,
    queryFn: ({ pageParam }): Promise<ModelLineage> => getModelLineage(name, version, pageAt(pageParam, 25)),
    ...paged,
  });
}

/** Candidates as people look at them: what serves, what waits for them, and everything else. */
export interface Sorted {
  inService: Candidate[];
  waiting: Candidate[];
  others: Candidate[];
}

/** A candidate waits where the gate left it to a person, or somebody holds it, and nothing newer serves. */
export function sorted(all: readonly Candidate[]): Sorted {
  const inService = all.filter((one) => one.in_service);
  const newest = new Map(inService.map((one) => [one.model?.name ?? "", one.snapshot_number]));
  const waits = (one: Candidate) =>
    !one.in_service &&
    one.withdrawn === "" &&
    (one.hold !== undefined || one.completed?.verdict === "waits") &&
    one.snapshot_number >= (newest.get(one.model?.name ?? "") ?? 0);
  return {
    inService,
    waiting: all.filter(waits),
    others: all.filter((one) => !one.in_service && !waits(one)),
  };
}

/** `41.5s` in seconds. */
export function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const seconds = Number.parseFloat(duration);
  return Number.isFinite(seconds) ? seconds : undefined;
}

export const reanalyses = infiniteQueryOptions({
  queryKey: ["reanalyses", "list"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListReanalysesResponse> => listReanalyses(pageAt(pageParam)),
  ...paged,
  refetchInterval: (query) =>
    query.state.data?.pages.some((page) => page.reanalyses.some((one) => one.state === "running")) ? WATCH_MS : false,
});

/** What can look at the archive again: analysers, and enabled models that serve none. */
export const lookers = queryOptions({
  queryKey: ["models", "lookers"] satisfies Key,
  queryFn: async ({ signal }) => {
    const [{ analysers }, { models }] = await Promise.all([
      listAnalysers({ signal }),
      listModels({ pageSize: 500 }, { signal }),
    ]);
    return {
      analysers: analysers.filter((one) => one.not_installed === "").map((one) => one.name),
      models: models
        .filter((one) => one.in_force && one.analyser === "" && one.quarantined === "")
        .flatMap((one) => one.model?.name ?? []),
    };
  },
});
