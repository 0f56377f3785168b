/** What the page of rights asks. Lists grow page by page; what goes on is asked again until it has ended. */

import { type InfiniteData, infiniteQueryOptions, queryOptions, useInfiniteQuery } from "@tanstack/react-query";
import {
  getRightsChange,
  type ListAuditResponse,
  type ListContributorsResponse,
  type ListErasuresResponse,
  type ListLedgerResponse,
  type ListRefusalsResponse,
  type ListRightsChangesResponse,
  type ListUnmatchedRightsResponse,
  listAudit,
  listContributors,
  listErasures,
  listLedger,
  listRefusals,
  listRightsChanges,
  listUnmatchedRights,
  type Purpose,
  type RightsChangeFate,
} from "../../api/generated";
import { ProblemError } from "../../api/problems";
import { type Key, pageAt, paged } from "../../api/queries";

const WATCH_MS = 2000;

export function refusalsOf(kind: string, purpose: string) {
  return infiniteQueryOptions({
    queryKey: ["rights", "refusals", kind, purpose] satisfies Key,
    queryFn: ({ pageParam }): Promise<ListRefusalsResponse> =>
      listRefusals({
        ...pageAt(pageParam),
        ...(kind === "" ? {} : { kind }),
        ...(purpose === "" ? {} : { purpose: purpose as Purpose }),
      }),
    ...paged,
  });
}

export const changes = infiniteQueryOptions({
  queryKey: ["rights", "changes"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListRightsChangesResponse> => listRightsChanges(pageAt(pageParam)),
  ...paged,
});

export const unmatched = infiniteQueryOptions({
  queryKey: ["rights", "unmatched"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListUnmatchedRightsResponse> => listUnmatchedRights(pageAt(pageParam)),
  ...paged,
});

/** Whether something still follows from a change. */
export function goesOn(fate: RightsChangeFate): boolean {
  return fate.steps.some((step) => step.state === "waiting" || step.state === "under_way" || step.state === "unknown");
}

const sent = new Set<string>();

/** Notes a change that was sent from here: dataset takes it up in its own time. */
export function noteSent(changeId: string): void {
  sent.add(changeId);
}

/** Whether a change can be asked for: one that was sent from here once the list of changes has it, any other at once. */
export function useTakenUp(changeId: string): boolean {
  const has = (data: InfiniteData<ListRightsChangesResponse> | undefined) =>
    data?.pages[0]?.changes.some((one) => one.change_id === changeId) ?? false;
  const waits = sent.has(changeId);
  const { data } = useInfiniteQuery({
    ...changes,
    enabled: waits,
    refetchInterval: (query) => (has(query.state.data) ? false : WATCH_MS / 2),
  });
  const taken = has(data);
  if (taken) sent.delete(changeId);
  return taken || !waits;
}

/** One change; asked again until nothing follows any more, also while it is not taken up yet. */
export function changeOf(id: string) {
  return queryOptions({
    queryKey: ["rights", "change", id] satisfies Key,
    queryFn: () => getRightsChange(id),
    retry: (times, error) => error instanceof ProblemError && error.status === 404 && times < 15,
    retryDelay: 1000,
    refetchInterval: (query) => (query.state.data === undefined || goesOn(query.state.data) ? WATCH_MS : false),
  });
}

export interface LedgerFilter {
  holder: string;
  from: string;
  until: string;
  currency: string;
}

/** The parameters of a filter, as the list and the table of the ledger take them. */
export function ledgerQuery(filter: LedgerFilter): Record<string, string> {
  const found: Record<string, string> = {};
  if (filter.holder.trim() !== "") found.holder = filter.holder.trim();
  if (filter.from !== "") found.used_from = beginOf(filter.from);
  if (filter.until !== "") found.used_before = endOf(filter.until);
  if (filter.currency !== "") found.currency = filter.currency;
  return found;
}

export function ledgerOf(filter: LedgerFilter) {
  const query = ledgerQuery(filter);
  return infiniteQueryOptions({
    queryKey: ["ledger", query] satisfies Key,
    queryFn: ({ pageParam }): Promise<ListLedgerResponse> =>
      listLedger({
        ...pageAt(pageParam),
        ...(query.holder === undefined ? {} : { holder: query.holder }),
        ...(query.used_from === undefined ? {} : { usedFrom: query.used_from }),
        ...(query.used_before === undefined ? {} : { usedBefore: query.used_before }),
        ...(query.currency === undefined ? {} : { currency: query.currency }),
      }),
    ...paged,
  });
}

export const contributors = infiniteQueryOptions({
  queryKey: ["ledger", "contributors"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListContributorsResponse> => listContributors(pageAt(pageParam, 25)),
  ...paged,
});

export const erasures = infiniteQueryOptions({
  queryKey: ["erasures", "list"] satisfies Key,
  queryFn: ({ pageParam }): Promise<ListErasuresResponse> => listErasures(pageAt(pageParam)),
  ...paged,
  refetchInterval: (query) =>
    query.state.data?.pages.some((page) => page.erasures.some((one) => one.open.length > 0)) ? WATCH_MS : false,
});

/** The parameters of a page of the log. */
export function auditPage(principal: string, token: string) {
  return { ...pageAt(token), ...(principal === "" ? {} : { principal }) };
}

export function auditOf(principal: string) {
  return infiniteQueryOptions({
    queryKey: ["ledger", "audit", principal] satisfies Key,
    queryFn: ({ pageParam }): Promise<ListAuditResponse> => listAudit(auditPage(principal, pageParam)),
    ...paged,
  });
}

/** The first moment of a day in the browser's time zone. */
export function beginOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** The first moment after a day. */
export function endOf(day: string): string {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}
