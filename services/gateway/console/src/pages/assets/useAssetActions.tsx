import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AssetSummary, cancelIngest, removeAsset, reprocessAsset } from "../../api/generated";
import { useStatus } from "../../parts/status";
import { useErrorText } from "../../parts/useSentence";
import { useSession } from "../../parts/useSession";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { useWords } from "../../words/language";

/** What can be done with an asset, as far as its state and the person's role let it; what came of it says the status line. */
export function useAssetActions(asset: AssetSummary | undefined) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const { say, warn } = useStatus();
  const textOf = useErrorText();
  const queries = useQueryClient();
  const title = asset?.title || words.untitled;
  const ended = {
    onError: (error: unknown) => warn(textOf(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["assets"] }),
  };
  const id = asset?.asset_id ?? "";
  const reprocess = useMutation({
    mutationFn: () => reprocessAsset(id),
    onSuccess: () => say(words.actions.reprocessed(title)),
    ...ended,
  });
  const cancel = useMutation({
    mutationFn: () => cancelIngest(id),
    onSuccess: () => say(words.actions.cancelled(title)),
    ...ended,
  });
  const remove = useMutation({
    mutationFn: (reason: string) => removeAsset(id, { reason }),
    onSuccess: () => say(words.actions.removed(title)),
    ...ended,
  });
  const state = asset?.state;
  return {
    reprocess,
    cancel,
    remove,
    mayReprocess: may("curator") && state !== undefined && !["requested", "rejected", "removed"].includes(state),
    mayCancel: (may("curator") || may("rights")) && state === "requested",
    mayRemove: may("rights") && state !== "removed",
  };
}
