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
import { type Key, pageAt, paged } from "../../api/queries";

/** People with a name, with their samples counted. */
export function namedQuery(search: string, order: "name" | "changed") {
  return infiniteQueryOptions({
    queryKey: ["classes", "list", order, search] satisfies Key,
    queryFn: ({ pageParam, signal }) =>
      listClasses(
        {
          ...pageAt(pageParam),
          ...(search === "" ? {} : { name: search }),
          orderBy: order,
          standing: true,
          withSamples: true,
        },
        { signal },
      ),
    ...paged,
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
    queryFn: ({ pageParam, signal }) => listClassAppearances(classId, pageAt(pageParam, 60), { signal }),
    ...paged,
  });
}

/** People without a name. */
export function unknownQuery(order: string) {
  return infiniteQueryOptions({
    queryKey: ["clusters", "list", order] satisfies Key,
    queryFn: ({ pageParam, signal }) => listClusters({ ...pageAt(pageParam), orderBy: order }, { signal }),
    ...paged,
  });
}

/** One of them, with appearances page by page; who may be the same and the clearest faces stand on the first. */
export function clusterQuery(clusterId: string) {
  return infiniteQueryOptions({
    queryKey: ["clusters", "one", clusterId] satisfies Key,
    queryFn: ({ pageParam, signal }) => getCluster(clusterId, pageAt(pageParam, 100), { signal }),
    ...paged,
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
