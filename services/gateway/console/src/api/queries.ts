/**
 * What the server has, and how it is kept: queries own it, events only say that it is old.
 *
 * A key is `[subject, "list" | "one" | …, ids and filters]`. Events invalidate by subject and, where they name
 * one, by id: `["assets", "one", id]`. Pages write their queries beside themselves, with `queryOptions`.
 */

import { QueryClient } from "@tanstack/react-query";
import { NetworkError, ProblemError } from "./problems";
import { session } from "./session";

/** The first part of every key: what the query is about. */
export type Subject =
  | "assets"
  | "candidates"
  | "classes"
  | "clusters"
  | "counts"
  | "datasets"
  | "erasures"
  | "events"
  | "ledger"
  | "mesh"
  | "models"
  | "reanalyses"
  | "rights"
  | "runs"
  | "samples"
  | "search"
  | "snapshots"
  | "tokens"
  | "uploads"
  | "users"
  | "webhooks";

export type Key = readonly [Subject, ...unknown[]];

/** How a list grows page by page: it begins without a token, and ends where the answer names none. */
export const paged = {
  initialPageParam: "",
  getNextPageParam: (page: { next_page_token: string }) => page.next_page_token || undefined,
};

/** The parameters of the page that a token names; "" names the first one. */
export function pageAt(token: string, pageSize = 50): { pageSize: number; pageToken?: string } {
  return token === "" ? { pageSize } : { pageSize, pageToken: token };
}

const RETRIES = 2;

/** The cache of the console. `networkMode` is `always`: a house without internet is online. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: 60_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => isPassing(error) && !isSilent(error) && count < RETRIES,
        retryDelay: (count, error) =>
          error instanceof ProblemError && error.retryAfterSeconds !== undefined
            ? error.retryAfterSeconds * 1000
            : Math.min(500 * 2 ** count, 4000),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** Empties a cache when another person is signed in, before anything is drawn: nobody sees what another one read. */
export function clearBetweenPersons(queries: QueryClient): void {
  let principal = session.get()?.principal;
  session.subscribe(() => {
    const before = principal;
    principal = session.get()?.principal;
    if (principal !== before) queries.clear();
  });
}

/** Whether asking again may help. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof NetworkError || (error instanceof ProblemError && (error.status === 503 || error.status === 429))
  );
}

/** Whether a service said nothing for so long that its person has waited already: they say when to ask again. */
function isSilent(error: unknown): boolean {
  return error instanceof ProblemError && error.params["why-template"] === "no_answer_in_time";
}
