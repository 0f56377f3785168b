import { useCallback } from "react";
import { useSearchParams } from "wouter";

export type Kind = "holder" | "asset_id" | "source" | "class_id";

/** What somebody came here to change or to erase. */
export interface Named {
  kind: Kind;
  name: string;
}

const NAMES: Readonly<Record<string, Kind>> = {
  asset_id: "asset_id",
  asset: "asset_id",
  class: "class_id",
  holder: "holder",
  source: "source",
};

/**
 * What the address asks for, `?new=change&asset_id=…` or `?tab=erasures&new=erasure&class=…`, and what forgets it:
 * a dialog that was closed does not come back with a reload. Undefined where the address does not ask for this.
 */
export function useAsked(what: "change" | "erasure"): { asked: boolean; named: Named | undefined; forget: () => void } {
  const [params, setParams] = useSearchParams();
  const asked = params.get("new") === what;
  const [found] = Object.entries(NAMES).flatMap(([key, kind]): Named[] => {
    const name = params.get(key) ?? "";
    return name === "" ? [] : [{ kind, name }];
  });
  const forget = useCallback(
    () =>
      setParams(
        (now) => {
          if (now.get("new") !== what) return now;
          const next = new URLSearchParams(now);
          for (const key of ["new", ...Object.keys(NAMES)]) next.delete(key);
          return next;
        },
        { replace: true },
      ),
    [what, setParams],
  );
  return { asked, named: asked ? found : undefined, forget };
}
