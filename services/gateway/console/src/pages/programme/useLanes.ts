import { useMemo } from "react";
import type { AssetView, GetRightsResponse } from "../../api/generated";
import type { Lane } from "../../domain/lanes";
import type { Clock } from "../../domain/timeline";
import { useSaid } from "../../parts/Said";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";
import { usePurposes } from "../../words/purposes";
import type { People } from "./data";
import { lanesOf } from "./lanes";

/** The lanes of a programme in the language of the console; none before its clock is known. */
export function useLanes(
  view: AssetView,
  clock: Clock | undefined,
  people: People | undefined,
  rights: GetRightsResponse | undefined,
): readonly Lane[] {
  const words = useWords({ en, de });
  const purposes = usePurposes();
  const said = useSaid();
  return useMemo(
    () => (clock === undefined ? [] : lanesOf(view, clock, people, rights, words, purposes, said)),
    [view, clock, people, rights, words, purposes, said],
  );
}
