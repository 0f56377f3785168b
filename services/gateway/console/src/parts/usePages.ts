import { type UseQueryOptions, type UseQueryResult, useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { NOTHING_READ, type PageLink, pagesBetween, withPage } from "../domain/page-links";

/** What every list of the API says beside its items. */
interface Listed {
  next_page_token: string;
  total_size: number;
}

export interface PagedList<P extends Listed, T> {
  /** Names the list: another one begins at its first page. */
  id: string;
  /** The query of the page that a token asks for; "" is the first. */
  pageAt: (token: string) => UseQueryOptions<P>;
  itemsOf: (page: P) => readonly T[];
}

/** Items asked for beyond those in sight, so that they are there when they come. */
const AHEAD = 50;
/** Whoever scrolls is heard once in so many items. */
const STEP = 25;
const NOTHING_SEEN = { first: 0, last: 0 };

interface Answers {
  pages: (unknown | undefined)[];
  error: Error | null;
  failed: () => void;
}

/**
 * A list in pages of which those in sight are asked for, and asked again when they are old; the others wait in
 * the cache. `items` has `undefined` where a page is not here. The items of the list before stay until the first
 * page of another one is here, or cannot be had.
 */
export function usePages<P extends Listed, T>(list: PagedList<P, T>) {
  const queries = useQueryClient();
  const [held, hold] = useState<{ id: string; links: readonly PageLink[] }>({ id: list.id, links: NOTHING_READ });
  const links = held.id === list.id ? held.links : NOTHING_READ;
  const [seen, setSeen] = useState(NOTHING_SEEN);
  const wanted = pagesBetween(links, seen.first - AHEAD, seen.last + AHEAD);
  const tokens = wanted.map((index) => links[index]?.token ?? "");
  const answers = useQueries({ queries: tokens.map((token) => list.pageAt(token)), combine: together });
  const pages = answers.pages as (P | undefined)[];

  const now = wanted.reduce((known, index, place) => {
    const page = pages[place];
    if (page === undefined || known[index]?.token !== tokens[place]) return known;
    return withPage(known, index, list.itemsOf(page).length, page.next_page_token);
  }, links);
  if (now !== held.links) hold({ id: list.id, links: now });

  const { pageAt, itemsOf } = list;
  const inSight = tokens.join("\n");
  const items = useMemo(() => {
    const here = new Map(inSight.split("\n").map((token, place) => [token, pages[place]]));
    return now.flatMap(({ token, length }): readonly (T | undefined)[] => {
      const page = here.get(token) ?? queries.getQueryData<P>(pageAt(token).queryKey);
      return page === undefined ? new Array<undefined>(length).fill(undefined) : itemsOf(page).slice(0, length);
    });
  }, [now, pages, inSight, pageAt, itemsOf, queries]);

  const before = useRef<{ items: readonly (T | undefined)[]; total: number } | undefined>(undefined);
  const isHere = (now[0]?.length ?? 0) > 0 || pages[0] !== undefined;
  const total = pages.findLast((page) => page !== undefined)?.total_size ?? items.length;
  if (isHere) before.current = { items, total };
  const see = useCallback((first: number, last: number) => setSeen((known) => rounded(known, first, last)), []);
  // What another list holds says nothing of this one, once it is known that this one cannot be had.
  const data = isHere || answers.error === null ? before.current : undefined;
  return {
    data,
    error: data === undefined ? answers.error : null,
    /** Why a page in sight could not be had, where others could. */
    lacking: data === undefined ? null : answers.error,
    refetch: answers.failed,
    see,
  };
}

/** Answers of all pages in sight as one; the same objects as long as nothing changed. */
function together(answers: UseQueryResult<unknown>[]): Answers {
  const failed = answers.filter((one) => one.error !== null && one.data === undefined);
  return {
    pages: answers.map((one) => one.data),
    error: failed[0]?.error ?? null,
    failed: () => {
      for (const one of failed) void one.refetch();
    },
  };
}

function rounded(known: typeof NOTHING_SEEN, first: number, last: number): typeof NOTHING_SEEN {
  const next = { first: Math.floor(first / STEP) * STEP, last: Math.ceil(last / STEP) * STEP };
  return next.first === known.first && next.last === known.last ? known : next;
}
