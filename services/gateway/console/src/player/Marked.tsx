import { useState } from "react";
import { type Clock, lengthOf, secondsAt } from "../domain/timeline";
import { Button } from "../parts/Button";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import type { Playback } from "./playback";

/** A part of a programme that somebody marks, by the pts of its ends; undefined while one is open. */
export interface Marks {
  from: number | undefined;
  to: number | undefined;
}

const NO_MARKS: Marks = { from: undefined, to: undefined };

/** The marked part, what marks an end of it where the player stands, and what forgets it. */
export function useMarks(playback: Playback | undefined) {
  const [marks, setMarks] = useState<Marks>(NO_MARKS);
  const mark = (side: keyof Marks) => {
    const at = playback?.position.get();
    if (at === undefined) return;
    setMarks((now) => {
      const next = { ...now, [side]: at };
      const crossed = next.from !== undefined && next.to !== undefined && next.from > next.to;
      return crossed ? { ...NO_MARKS, [side]: at } : next;
    });
  };
  return { marks, mark, forget: () => setMarks(NO_MARKS) };
}

/** Says which part is marked, and how long it is. */
export function MarkedPart({
  marks,
  clock,
  timeOf,
  forget,
}: {
  marks: Marks;
  clock: Clock;
  timeOf: (pts: number) => string;
  forget: () => void;
}) {
  const words = useWords({ en, de });
  if (marks.from === undefined && marks.to === undefined) return null;
  const both = marks.from !== undefined && marks.to !== undefined;
  return (
    <p className="row player-marks">
      <strong>{words.marks}</strong>
      <span>
        {marks.from === undefined ? "…" : timeOf(marks.from)} – {marks.to === undefined ? "…" : timeOf(marks.to)}
      </span>
      {both && (
        <span className="soft">{lengthOf(secondsAt(clock, marks.to ?? 0) - secondsAt(clock, marks.from ?? 0))}</span>
      )}
      <Button look="bare" onPress={forget}>
        {words.unmarked}
      </Button>
    </p>
  );
}
