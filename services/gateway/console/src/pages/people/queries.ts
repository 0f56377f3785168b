import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  getClass,
  getCluster,
  listClassAppearances,
  listClasses,
  listClusterDecisions,
  listClusters,
  listRecognitionChanges,
  previewName,
} from "../../api/generated";
import type { Key } from "../../api/queries";

const first = "";
const next = (page: { next_page_token: string }) => page.next_page_token || undefined;
const token = (pageToken: string) => (pageToken === "" ? {} : { pageToken });

/** People with a name, with their samples counted. */
export function namedQuery(search: string, order: "name" | "changed") {
  return infiniteQueryOptions({
    queryKey: ["classes", "list", order, search] satisfies Key,
    queryFn: ({ pageParam, signal }) =>
      listClasses(
        {
          ...token(pageParam),
          ...(search === "" ? {} : { name: search }),
          orderBy: order,
          standing: true,
          withSamples: true,
          pageSize: 50,
        },
        { signal },
      ),
    initialPageParam: first,
    getNextPageParam: next,
  });
}

/** One person with a name. */
export function personQuery(classId: string) {
  return queryOptions({
    queryKey: ["classes", "one", classId] satisfies Key,
    queryFn: ({ signal }) => getClass(classId, { signal }),
  });
}

/** Where a person is seen, newest programmes first. */
export function appearancesQuery(classId: string) {
  return infiniteQueryOptions({
    queryKey: ["classes", "appearances", classId] satisfies Key,
    queryFn: ({ pageParam, signal }) =>
      listClassAppearances(classId, { ...token(pageParam), pageSize: 60 }, { signal }),
    initialPageParam: first,
    getNextPageParam: next,
  });
}

/** People without a name. */
export function unknownQuery(order: string) {
  return infiniteQueryOptions({
    queryKey: ["clusters", "list", order] satisfies Key,
    queryFn: ({ pageParam, signal }) => listClusters({ ...token(pageParam), orderBy: order, pageSize: 50 }, { signal }),
    initialPageParam: first,
    getNextPageParam: next,
  });
}

/** One of them, with appearances page by page; who may be the same and the clearest faces stand on the first. */
export function clusterQuery(clusterId: string) {
  return infiniteQueryOptions({
    queryKey: ["clusters", "one", clusterId] satisfies Key,
    queryFn: ({ pageParam, signal }) => getCluster(clusterId, { ...token(pageParam), pageSize: 100 }, { signal }),
    initialPageParam: first,
    getNextPageParam: next,
  });
}

/** What was decided about one, newest first. */
export function decisionsQuery(clusterId: string) {
  return queryOptions({
    queryKey: ["clusters", "decisions", clusterId] satisfies Key,
    queryFn: ({ signal }) => listClusterDecisions(clusterId, { pageSize: 20 }, { signal }),
  });
}

/** What a name would touch. */
export function previewQuery(clusterId: string, name: string) {
  return queryOptions({
    queryKey: ["clusters", "preview", clusterId, name] satisfies Key,
    queryFn: ({ signal }) => previewName({ cluster_id: clusterId, name }, { signal }),
    enabled: name !== "",
    retry: false,
  });
}

/** What identity models changed when they went into service. */
export function changesQuery(classId = "", pageSize = 20) {
  return queryOptions({
    queryKey: ["classes", "changes", classId, String(pageSize)] satisfies Key,
    queryFn: ({ signal }) => listRecognitionChanges({ ...(classId === "" ? {} : { classId }), pageSize }, { signal }),
  });
}

/** The names of some people. */
export function namesQuery(classIds: readonly string[]) {
  return queryOptions({
    queryKey: ["classes", "list", "of", ...classIds] satisfies Key,
    queryFn: ({ signal }) => listClasses({ classIds: [...classIds], pageSize: 500 }, { signal }),
    enabled: classIds.length > 0,
  });
}
