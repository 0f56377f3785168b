import type { ReactNode } from "react";
import { Button } from "../parts/Button";

/** A button of the player: its word goes where there is little room, and stays for the pointer and for screen readers. */
export function Tool({
  word,
  icon,
  does,
  onPress,
  pressed,
}: {
  word: string;
  icon: ReactNode;
  /** Id of the binding that does the same. */
  does: string;
  onPress: () => void;
  /** Of what is on or off. */
  pressed?: boolean;
}) {
  return (
    <Button look="bare" does={does} onPress={onPress} {...(pressed !== undefined && { "aria-pressed": pressed })}>
      <span className="transport-icon" title={word} aria-hidden="true">
        {icon}
      </span>
      <span className="transport-word">{word}</span>
    </Button>
  );
}
