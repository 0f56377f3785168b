import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { Answer } from "../../parts/Answer";
import { Missing } from "../../parts/Missing";
import type { personQuery, wordsQuery } from "./data";
import { Results } from "./Results";

/** What words or a person find, page by page. */
export function ByPages({ query }: { query: ReturnType<typeof wordsQuery> | ReturnType<typeof personQuery> }) {
  const answer = useInfiniteQuery(query as ReturnType<typeof wordsQuery>);
  const found = useMemo(() => answer.data?.pages.flatMap((page) => page.found) ?? [], [answer.data]);
  const missing = new Map(
    answer.data?.pages.flatMap((page) => page.missing.map((one, at) => [one, page.wordings[at]])),
  );
  // A page may be empty and go on: what was found first may not be shown any more.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = answer;
  const isEmpty = answer.data !== undefined && found.length === 0;
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isEmpty, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Answer query={answer}>
      {() =>
        isEmpty && hasNextPage ? null : (
          <>
            <Missing sentences={[...missing.keys()]} wordings={[...missing.values()]} />
            <Results
              found={found}
              more={hasNextPage}
              onNearEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
            />
          </>
        )
      }
    </Answer>
  );
}
