import { useQueryClient } from "@tanstack/react-query";
import {
  type ClusterAppearance,
  distinguishClusters,
  mergeClusters,
  splitCluster,
  type UndoDecisionResponse,
  undoClusterDecision,
} from "../../api/generated";
import { useStatus } from "../../parts/status";
import { useErrorText } from "../../parts/useSentence";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { forgetDecision } from "./named_lately";

/** What a person decides about unknown people: each is said with its undoing, and a refusal with its sentence. */
export function useDecisions() {
  const words = useWords({ en, de }).unknown;
  const queries = useQueryClient();
  const { say, warn } = useStatus();
  const textOf = useErrorText();
  const fresh = () => queries.invalidateQueries({ queryKey: ["clusters"] });
  const refused = (error: unknown) => warn(textOf(error));
  const undo = async (decisionId: string): Promise<string | false> => {
    try {
      const taken = await undoClusterDecision({ decision_id: decisionId });
      forgetDecision(decisionId);
      return takenBackIn(words, taken);
    } catch (error) {
      refused(error);
      return false;
    } finally {
      await fresh();
      await queries.invalidateQueries({ queryKey: ["classes"] });
    }
  };
  const decided = async (sentence: string, decide: () => Promise<{ decision_id: string }>): Promise<boolean> => {
    try {
      const { decision_id: id } = await decide();
      say(sentence, () => undo(id));
    } catch (error) {
      refused(error);
      return false;
    } finally {
      await fresh();
    }
    return true;
  };
  return {
    undo,
    merge: (id: string, into: string, counts: { from: number; into: number }) =>
      decided(words.merged(counts.from, counts.into), () => mergeClusters({ cluster_id: id, into_cluster_id: into })),
    distinguish: (id: string, other: string) =>
      decided(words.apart, () => distinguishClusters({ cluster_id: id, other_cluster_id: other })),
    split: (id: string, appearances: readonly ClusterAppearance[]) =>
      decided(words.split, () =>
        splitCluster({
          cluster_id: id,
          appearances: appearances.map((one) => ({
            asset_id: one.asset_id,
            observation_id: one.appearance?.observation_id ?? "",
          })),
        }),
      ),
  };
}

/** What an undoing took back, and what it left because others have decided about it since. */
function takenBackIn(words: (typeof en)["unknown"], { samples }: UndoDecisionResponse): string {
  const kept = samples.filter((one) => one.reason !== "").length;
  const back = samples.length - kept;
  const said = back > 0 ? words.takenBackWith(back) : words.takenBack;
  return kept > 0 ? `${said} ${words.kept(kept)}` : said;
}
