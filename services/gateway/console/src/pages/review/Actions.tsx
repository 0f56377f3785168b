import { Button } from "../../parts/Button";
import { keyLabel, useKeySettings } from "../../parts/keys";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";

const DECISIONS = ["accept", "reject", "unsure"] as const;
const OTHERS = ["whoElse", "skip", "undo", "play"] as const;
const KEYS = { accept: "a", reject: "r", unsure: "u", whoElse: "e", skip: "s", undo: "z", play: "v" } as const;

type Action = keyof typeof KEYS;

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
  const { keyOf, on } = useKeySettings();
  const shortcut = (action: Action) =>
    on ? keyLabel(keyOf({ id: `review.${action}`, key: KEYS[action] })) : undefined;
  return (
    <div className="review-actions" role="toolbar" aria-label={words.title}>
      {DECISIONS.map((action) => (
        <Button
          key={action}
          look={action === "accept" ? "main" : "plain"}
          shortcut={shortcut(action)}
          isDisabled={full}
          onPress={run[action]}
        >
          {words.keys[action]}
        </Button>
      ))}
      <span className="review-gap" />
      {OTHERS.map((action) => (
        <Button
          key={action}
          look="bare"
          shortcut={shortcut(action)}
          isDisabled={action === "undo" ? !canUndo : full && action === "whoElse"}
          onPress={run[action]}
        >
          {words.keys[action]}
        </Button>
      ))}
      {bulk !== undefined && (
        <Button onPress={bulk.open} isDisabled={full}>
          {words.bulk.button(bulk.count)}
        </Button>
      )}
    </div>
  );
}
