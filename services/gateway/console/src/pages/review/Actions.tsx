import { Play, SkipForward, Undo2, UserRoundSearch } from "lucide-react";
import { Button } from "../../parts/Button";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";

const DECISIONS = ["accept", "reject", "unsure"] as const;
const OTHERS = ["whoElse", "skip", "undo", "play"] as const;

/** In a small window they stand for their words. */
const ICONS = { whoElse: UserRoundSearch, skip: SkipForward, undo: Undo2, play: Play } as const;

type Action = (typeof DECISIONS)[number] | (typeof OTHERS)[number];

/** What can be done with the sample that is shown: buttons that name their keys. */
export function Actions({
  run,
  full,
  canUndo,
  bulk,
}: {
  run: Readonly<Record<Action, () => void>>;
  full: boolean;
  canUndo: boolean;
  bulk: { count: number; open: () => void } | undefined;
}) {
  const words = useWords({ en, de });
  return (
    <div className="review-actions" role="toolbar" aria-label={words.title}>
      {DECISIONS.map((action) => (
        <Button
          key={action}
          look={action === "accept" ? "main" : "plain"}
          does={`review.${action}`}
          isDisabled={full}
          onPress={run[action]}
        >
          {words.keys[action]}
        </Button>
      ))}
      <span className="review-gap" />
      {OTHERS.map((action) => {
        const Icon = ICONS[action];
        return (
          <Button
            key={action}
            look="bare"
            does={`review.${action}`}
            isDisabled={action === "undo" ? !canUndo : full && action === "whoElse"}
            onPress={run[action]}
          >
            <Icon aria-hidden="true" />
            <span className="review-word">{words.keys[action]}</span>
          </Button>
        );
      })}
      {bulk !== undefined && (
        <Button onPress={bulk.open} isDisabled={full}>
          {words.bulk.button(bulk.count)}
        </Button>
      )}
    </div>
  );
}
