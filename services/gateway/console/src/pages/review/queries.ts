import { queryOptions } from "@tanstack/react-query";
import { countSamples, getSample, listClasses, listSamples } from "../../api/generated";
import type { Key } from "../../api/queries";

/** Classes that a name which is being written may mean. */
const MOST_OFFERED = 8;

/**
 * One sample with everything that a decision about it rests on. Decisions of others come with the lease; what makes
 * this old is a change of rights, and every event about samples would ask for all that are drawn ahead anew.
 */
export function sampleQuery(sampleId: string) {
  return queryOptions({
    queryKey: ["rights", "sample", sampleId] satisfies Key,
    queryFn: ({ signal }) => getSample(sampleId, { signal }),
  });
}

/** How many samples wait. */
export function waitingQuery() {
  return queryOptions({
    queryKey: ["samples", "counts"] satisfies Key,
    queryFn: ({ signal }) => countSamples({}, { signal }),
  });
}

/** The proposals of one person in one programme that are no questions. */
export function alikeQuery(classId: string, assetId: string, enabled: boolean) {
  return queryOptions({
    queryKey: ["samples", "list", "alike", classId, assetId] satisfies Key,
    queryFn: ({ signal }) =>
      listSamples({ classId, assetId, states: ["proposed"], question: false, pageSize: 100 }, { signal }),
    enabled,
  });
}

/** Classes whose name, or another spelling of it, holds what is written. */
export function namesQuery(written: string, datasetId: string) {
  return queryOptions({
    queryKey: ["classes", "list", "names", datasetId, written] satisfies Key,
    queryFn: ({ signal }) =>
      listClasses(
        {
          ...(datasetId === "" ? {} : { datasetId }),
          name: written,
          pageSize: MOST_OFFERED,
          standing: true,
          withSamples: true,
        },
        { signal },
      ),
    enabled: written !== "",
    placeholderData: (before) => before,
  });
}
