/** What the page of a programme asks for, each part by itself, so that one that is away leaves the others. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  type Appearance,
  getAsset,
  getRights,
  listAssetEvents,
  listAssetPeople,
  listFrameRuns,
  listObservations,
} from "../../api/generated";
import type { Key } from "../../api/queries";
import type { Seen } from "../../domain/boxes";
import { typeOf } from "../../domain/event-types";
import type { ReadTable } from "../../player/picture_clock";
import type { Wording } from "../../words/sentences";
import { TOLD } from "./history";

const PAGE = 1000;
const EVENTS = 100;
const MOST_PAGES = 40;

export function assetQuery(assetId: string) {
  return queryOptions({
    queryKey: ["assets", "one", assetId, "view"] satisfies Key,
    queryFn: ({ signal }) => getAsset(assetId, { signal }),
  });
}

/** Somebody seen, with every appearance in order of time. */
export interface SeenPerson {
  id: string;
  classId: string;
  name: string;
  score: number | undefined;
  /** Of an unknown cluster its number among them, from 1; 0 of everybody else. */
  unknown: number;
  appearances: readonly Appearance[];
}

export interface People {
  people: readonly SeenPerson[];
  missing: readonly string[];
  /** What the sentences of `missing` are made of, in the same order. */
  wordings: readonly (Wording | undefined)[];
}

export function peopleQuery(assetId: string) {
  return queryOptions({
    queryKey: ["assets", "one", assetId, "people"] satisfies Key,
    queryFn: ({ signal }) => allPeople(assetId, signal),
  });
}

async function allPeople(assetId: string, signal: AbortSignal): Promise<People> {
  const people = new Map<string, SeenPerson & { appearances: Appearance[] }>();
  const missing = new Map<string, Wording | undefined>();
  let pageToken: string | undefined;
  let unknown = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await listAssetPeople(assetId, { pageSize: PAGE, ...(pageToken && { pageToken }) }, { signal });
    answer.missing.forEach((sentence, at) => {
      missing.set(sentence, answer.missing_wordings[at]);
    });
    for (const { name, person } of answer.people) {
      if (person === undefined) continue;
      const id = person.class_id || person.cluster_id || "nobody";
      const isCluster = person.class_id === "" && person.cluster_id !== "";
      if (isCluster && !people.has(id)) unknown += 1;
      const known = people.get(id) ?? {
        id,
        classId: person.class_id,
        name,
        score: person.score,
        unknown: isCluster ? unknown : 0,
        appearances: [],
      };
      known.appearances.push(...person.appearances);
      people.set(id, known);
    }
    pageToken = answer.next_page_token;
    if (pageToken === "") break;
  }
  for (const one of people.values()) {
    one.appearances.sort((a, b) => (a.span?.start_pts ?? 0) - (b.span?.start_pts ?? 0));
  }
  return { people: [...people.values()], missing: [...missing.keys()], wordings: [...missing.values()] };
}

export function rightsQuery(assetId: string) {
  return queryOptions({
    queryKey: ["assets", "one", assetId, "rights"] satisfies Key,
    queryFn: ({ signal }) => getRights(assetId, { signal }),
  });
}

/** What happened to a programme, in the order in which it came; pieces are left out. */
export function eventsQuery(assetId: string) {
  return infiniteQueryOptions({
    queryKey: ["assets", "one", assetId, "events"] satisfies Key,
    queryFn: ({ pageParam, signal }) =>
      listAssetEvents(
        assetId,
        { $type: TOLD.map(typeOf), pageSize: EVENTS, ...(pageParam === "" ? {} : { pageToken: pageParam }) },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
}

/** Reads the frame table of an asset; the first page holds all of it where the rate is regular. */
export function readTable(assetId: string): ReadTable {
  return (fromPts) => listFrameRuns(assetId, { fromPts, pageSize: PAGE });
}

/** Faces and text with boxes in a part of the asset. */
export async function readBoxes(assetId: string, startPts: number, endPts: number): Promise<Seen[]> {
  const found: Seen[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await listObservations(assetId, {
      kinds: ["face", "text"],
      startPts,
      endPts,
      pageSize: PAGE,
      ...(pageToken && { pageToken }),
    });
    found.push(...(answer.observations as Seen[]));
    pageToken = answer.next_page_token;
    if (pageToken === "") break;
  }
  return found;
}
