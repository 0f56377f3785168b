import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Run } from "../../api/generated";
import { hasEnded, runOf } from "./queries";

const AGAIN_MS = 2000;

/** One run as it goes on: told by the gateway as it changes, and asked again where that breaks off. */
export function useRun(id: string) {
  const queries = useQueryClient();
  const query = useQuery({
    ...runOf(id),
    refetchInterval: (asked) => (asked.state.data !== undefined && hasEnded(asked.state.data) ? false : AGAIN_MS),
  });
  const goesOn = query.data !== undefined && !hasEnded(query.data);
  useEffect(() => {
    if (!goesOn) return;
    const source = new EventSource(`/v1/runs/${encodeURIComponent(id)}/changes`);
    source.addEventListener("run", (event) => {
      queries.setQueryData(runOf(id).queryKey, JSON.parse((event as MessageEvent<string>).data) as Run);
    });
    source.addEventListener("end", () => {
      source.close();
      for (const subject of ["runs", "candidates"]) void queries.invalidateQueries({ queryKey: [subject] });
    });
    source.onerror = () => source.close(); // asked again by the query
    return () => source.close();
  }, [id, goesOn, queries]);
  return query;
}
