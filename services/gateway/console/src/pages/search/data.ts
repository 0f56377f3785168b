/** The three ways to search, and what they find in one shape. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  type FaceLikeness,
  findSimilar,
  getAsset,
  listClassAppearances,
  listClasses,
  searchArchive,
} from "../../api/generated";
import type { Key } from "../../api/queries";
import { type Clock, lengthOf, secondsAt, secondsOf, timecodeAt } from "../../domain/timeline";
import type { Wording } from "../../words/sentences";

/** A moment that was found. */
export interface Found {
  id: string;
  assetId: string;
  pts: number;
  title: string;
  /** Timecode, or time from the beginning. */
  time: string;
  kind: string;
  text: string;
  picture: string;
  /** Of a picture that was compared. */
  distance?: number;
  /** Of a face that was compared: what its distance says. */
  likeness?: FaceLikeness;
}

export interface FoundPage {
  found: readonly Found[];
  nextToken: string;
  missing: readonly string[];
  /** What the sentences of `missing` are made of, in the same order. */
  wordings: readonly Wording[];
}

export type Where = "all" | "text" | "transcript" | "label";

const KINDS: Readonly<Record<Where, string[]>> = {
  all: [],
  text: ["text"],
  transcript: ["transcript"],
  label: ["label", "object", "region"],
};
const PAGE = 50;
const WIDTH = 160;
const NEAREST = 40;

export function wordsQuery(text: string, where: Where) {
  return infiniteQueryOptions({
    queryKey: ["search", "words", text, where] satisfies Key,
    enabled: text !== "",
    initialPageParam: "",
    getNextPageParam: (last: FoundPage) => last.nextToken || undefined,
    queryFn: async ({ pageParam, signal }): Promise<FoundPage> => {
      const kinds = KINDS[where];
      const asked = { ...(kinds.length > 0 && { kinds }), ...(pageParam !== "" && { pageToken: pageParam }) };
      const answer = await searchArchive(text, { ...asked, pageSize: PAGE }, { signal });
      const found = answer.found.flatMap(({ moment, title, start, timecode }): Found[] => {
        if (moment === undefined) return [];
        const pts = moment.moment?.pts ?? moment.span?.start_pts ?? 0;
        return [
          {
            id: `${moment.asset_id} ${moment.observation_id}`,
            assetId: moment.asset_id,
            pts,
            title,
            time: timecode || lengthOf(secondsOf(start)),
            kind: moment.kind,
            text: moment.text,
            picture: pictureAt(moment.asset_id, pts),
          },
        ];
      });
      return { found, nextToken: answer.next_page_token, missing: answer.missing, wordings: answer.missing_wordings };
    },
  });
}

/** Classes whose name has these words in it. */
export function namesQuery(text: string) {
  return queryOptions({
    queryKey: ["classes", "list", "search", text] satisfies Key,
    enabled: text.length > 1,
    queryFn: ({ signal }) => listClasses({ name: text.slice(0, 100), pageSize: 8 }, { signal }),
  });
}

export function personQuery(classId: string) {
  return infiniteQueryOptions({
    queryKey: ["search", "person", classId] satisfies Key,
    enabled: classId !== "",
    initialPageParam: "",
    getNextPageParam: (last: FoundPage) => last.nextToken || undefined,
    queryFn: async ({ pageParam, signal }): Promise<FoundPage> => {
      const asked = { pageSize: PAGE, ...(pageParam !== "" && { pageToken: pageParam }) };
      const answer = await listClassAppearances(classId, asked, { signal });
      const found = answer.appearances.map((one): Found => {
        const pts = one.appearance?.moment?.pts ?? one.appearance?.span?.start_pts ?? 0;
        return {
          id: `${one.asset_id} ${one.appearance?.observation_id}`,
          assetId: one.asset_id,
          pts,
          title: one.title,
          time: lengthOf(one.start_seconds),
          kind: "face",
          text: one.appearance?.sentence ?? "",
          picture: pictureAt(one.asset_id, pts),
        };
      });
      return { found, nextToken: answer.next_page_token, missing: [], wordings: [] };
    },
  });
}

/** What is compared: a picture that somebody gave, in Base64, or that of a moment of a programme. */
export type Like = { picture: string } | { assetId: string; pts: number };

/** Tells one of them from another. */
export function keyOf(like: Like): string {
  return "picture" in like ? `${like.picture.length} ${like.picture.slice(-64)}` : `${like.assetId}@${like.pts}`;
}

/** Scenes like it; the programme that it is of is left out. */
export function sceneQuery(like: Like) {
  return queryOptions({
    queryKey: ["search", "scene", keyOf(like)] satisfies Key,
    gcTime: 0,
    queryFn: ({ signal }) => nearest(like, { analyser: "labels" }, signal),
  });
}

/** Faces like it, for a reason that is kept with who asked: every call is a search on record, so none repeats itself. */
export function searchFaces(like: Like, reason: string): Promise<FoundPage> {
  return nearest(like, { analyser: "faces", reason });
}

async function nearest(
  like: Like,
  how: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<FoundPage> {
  const compared = "picture" in like ? { image: like.picture } : { moment: { asset_id: like.assetId, pts: like.pts } };
  const others = "picture" in like ? {} : { other_than: [like.assetId] };
  const filter = { purposes: ["analysis" as const], ...others };
  const { neighbours } = await findSimilar({ ...compared, ...how, limit: NEAREST, filter }, { signal });
  const clocks = await clocksOf([...new Set(neighbours.map((one) => one.asset_id))], signal);
  const found = neighbours.map((one): Found => {
    const pts = one.span?.start_pts ?? one.observation?.span?.start_pts ?? 0;
    const known = clocks.get(one.asset_id);
    return {
      id: `${one.asset_id} ${one.observation?.id}`,
      assetId: one.asset_id,
      pts,
      title: known?.title ?? "",
      time: known?.clock === undefined ? "" : timeIn(known.clock, pts, one.span?.first_frame ?? 0),
      kind: one.likeness === undefined ? "picture" : "face",
      text: "",
      distance: one.distance,
      ...(one.likeness !== undefined && { likeness: one.likeness }),
      picture: pictureAt(one.asset_id, pts),
    };
  });
  return { found, nextToken: "", missing: [], wordings: [] };
}

function timeIn(clock: Clock, pts: number, frame: number): string {
  return timecodeAt(clock, { pts, frame }) ?? lengthOf(secondsAt(clock, pts));
}

/** Title and clock of assets; of one that cannot be asked for neither. */
async function clocksOf(assetIds: readonly string[], signal: AbortSignal) {
  const asked = assetIds.map(async (assetId) => {
    const view = await getAsset(assetId, { signal });
    return [assetId, { title: view.title, clock: view.timeline as Clock | undefined }] as const;
  });
  const answers = await Promise.allSettled(asked);
  return new Map(answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
}

/** Address of the picture of a moment, as small as lists show it. */
export function pictureAt(assetId: string, pts: number): string {
  return `/v1/assets/${assetId}/frame?pts=${pts}&width=${WIDTH}`;
}
