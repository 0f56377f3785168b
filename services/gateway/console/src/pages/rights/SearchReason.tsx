import { type InfiniteData, queryOptions, useQueries } from "@tanstack/react-query";
import { type ListAuditResponse, listAudit } from "../../api/generated";
import type { Key } from "../../api/queries";
import { searchReasons as de } from "../../words/de/search_reasons";
import { searchReasons as en } from "../../words/en/search_reasons";
import { useWords } from "../../words/language";
import { auditPage } from "./queries";

const SEARCH = "face-search:";

/** Why somebody looked: undefined while it is read, null where it cannot be, "" where nobody keeps it any more. */
export type Reasons = (subject: string) => string | null | undefined;

function reasonsOf(principal: string, token: string) {
  return queryOptions({
    queryKey: ["ledger", "audit reasons", principal, token] satisfies Key,
    queryFn: async ({ signal }) => {
      const { records } = await listAudit({ ...auditPage(principal, token), withReasons: true }, { signal });
      return new Map(records.map((one) => [one.subject, one.reason]));
    },
  });
}

/**
 * Why somebody looked for a face, by what entries of the log are about. The log itself holds nobody's words: they are
 * read apart, out of the facts, for those pages that have such entries.
 */
export function useSearchReasons(
  principal: string,
  data: InfiniteData<ListAuditResponse, unknown> | undefined,
): Reasons {
  const pages = data?.pages ?? [];
  const asked = pages.flatMap((page, at) =>
    page.records.some((one) => one.subject.startsWith(SEARCH)) ? [String(data?.pageParams[at] ?? "")] : [],
  );
  const answers = useQueries({ queries: asked.map((token) => reasonsOf(principal, token)) });
  return (subject) => {
    const found = answers.find(({ data }) => data?.has(subject))?.data?.get(subject);
    if (found !== undefined) return found;
    return answers.some((one) => one.isPending) ? undefined : null;
  };
}

/** What an entry is about; of a search for a face with the words of whoever looked. */
export function SearchReason({ subject, reasons }: { subject: string; reasons: Reasons }) {
  const words = useWords({ en, de });
  if (!subject.startsWith(SEARCH)) return null;
  const reason = reasons(subject);
  if (reason) {
    return (
      <p className="foreign" dir="auto">
        {reason}
      </p>
    );
  }
  return <p className="soft">{reason === undefined ? words.reading : reason === null ? words.away : words.gone}</p>;
}
