import { type FormEvent, useState } from "react";
import { TimecodeError } from "../domain/timecode";
import { type Clock, ptsOfTimecode } from "../domain/timeline";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { TextField } from "../parts/fields";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import type { Playback } from "./playback";

/** Asks for a timecode or the number of a picture, and goes there. */
export function GoTo({ playback, clock, onClose }: { playback: Playback; clock: Clock; onClose: () => void }) {
  const words = useWords({ en, de });
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const go = () => {
    const found = placeOf(clock, typed.trim());
    if ("wrong" in found) return setWrong(words[found.wrong]);
    if ("frame" in found) playback.toFrame(found.frame);
    else playback.toPts(found.pts);
    onClose();
  };
  return (
    <Dialog
      title={words.goTo}
      open
      onClose={onClose}
      actions={
        <Button look="main" onPress={go}>
          {words.go}
        </Button>
      }
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          go();
        }}
      >
        <TextField
          label={words.timecode}
          help={`${words.goToHelp}; ${words.goToFrame}`}
          value={typed}
          onChange={(value) => {
            setTyped(value);
            setWrong("");
          }}
          error={wrong}
          autoFocus
          placeholder={clock.start_timecode || "0"}
        />
      </form>
    </Dialog>
  );
}

/** Where somebody wants to go: a picture by its number or a pts; or the word of why there is no such place. */
function placeOf(clock: Clock, typed: string): { frame: number } | { pts: number } | { wrong: Wrong } {
  if (/^\d+$/.test(typed)) return { frame: Number(typed) };
  try {
    const pts = ptsOfTimecode(clock, typed);
    const last = clock.start_pts + clock.duration_pts - 1;
    if (pts < clock.start_pts || pts > last) return { wrong: "beyond" };
    // A label stands at the nearest tick: the picture that is shown half a picture later is the one that has it.
    const { frame_rate: rate, time_base: base } = clock;
    const half =
      rate && base ? Math.floor((rate.denominator * base.denominator) / (2 * rate.numerator * base.numerator)) : 0;
    return { pts: Math.min(pts + half, last) };
  } catch (error) {
    if (!(error instanceof TimecodeError)) throw error;
    return { wrong: "wrongTimecode" };
  }
}

type Wrong = "beyond" | "wrongTimecode";
