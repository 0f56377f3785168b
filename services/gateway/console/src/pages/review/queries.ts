import { queryOptions } from "@tanstack/react-query";
import { countSamples, getSample, listSamples, type Sample } from "../../api/generated";
import { isPassing, type Key } from "../../api/queries";

const AGAIN_MS = 5000;
const PAGE = 100;

/**
 * One sample with everything that a decision about it rests on. Decisions of others come with the lease; what makes
 * this old is a change of rights, and every event about samples would ask for all that are drawn ahead anew.
 */
export function sampleQuery(sampleId: string) {
  return queryOptions({
    queryKey: ["rights", "sample", sampleId] satisfies Key,
    queryFn: ({ signal }) => getSample(sampleId, { signal }),
    refetchInterval: ({ state }) => (state.status === "error" && isPassing(state.error) ? AGAIN_MS : false),
  });
}

/** How many samples wait. */
export function waitingQuery() {
  return queryOptions({
    queryKey: ["samples", "counts"] satisfies Key,
    queryFn: ({ signal }) => countSamples({}, { signal }),
  });
}

/** The proposals of one person in one programme that are no questions: all of them, page by page. */
export function alikeQuery(classId: string, assetId: string) {
  return queryOptions({
    queryKey: ["samples", "list", "alike", classId, assetId] satisfies Key,
    queryFn: async ({ signal }) => {
      const samples: Sample[] = [];
      let pageToken = "";
      do {
        const wanted = { classId, assetId, states: ["proposed" as const], question: false, pageSize: PAGE };
        const page = await listSamples(pageToken === "" ? wanted : { ...wanted, pageToken }, { signal });
        samples.push(...page.samples);
        pageToken = page.next_page_token;
      } while (pageToken !== "");
      return samples;
    },
    // What is chosen here stays as it was looked at, whatever comes in meanwhile.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
