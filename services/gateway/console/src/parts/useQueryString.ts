import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** One value of the address's query, and what sets it: an address shows again what was searched. "" is left out. */
export function useQueryString(name: string, unset = ""): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          if (value === unset || value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, unset, setParams],
  );
  return [params.get(name) ?? unset, set];
}
