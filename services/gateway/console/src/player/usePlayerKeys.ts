import { useMemo } from "react";
import { type KeyBinding, useKeys } from "../parts/keys";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useLanguage, useWords } from "../words/language";
import type { Playback } from "./playback";

const TEN = 10;
const LOUDER = 0.1;

/** What the player does beside moving. */
export interface PlayerActions {
  markIn: () => void;
  markOut: () => void;
  goToTimecode: () => void;
  toggleBoxes: () => void;
  showExactPicture: () => void;
  findSimilar: () => void;
  toggleTexts: () => void;
  toggleFullWindow: () => void;
}

/** The keys of an editing desk, and those of any player. */
export function usePlayerKeys(playback: Playback | undefined, cuts: readonly number[], actions: PlayerActions): void {
  const words = useWords({ en, de }).keys;
  const moving = useMovingKeys(playback, cuts);
  useKeys([
    ...moving,
    { id: "player.mute", key: "m", does: words.mute, run: () => playback?.sound.toggleMute() },
    {
      id: "player.louder",
      key: "Shift+ArrowUp",
      does: words.louder,
      run: () => playback?.sound.louder(LOUDER),
      repeats: true,
    },
    {
      id: "player.softer",
      key: "Shift+ArrowDown",
      does: words.softer,
      run: () => playback?.sound.louder(-LOUDER),
      repeats: true,
    },
    { id: "player.texts", key: "c", does: words.texts, run: actions.toggleTexts },
    { id: "player.full", key: "f", does: words.full, run: actions.toggleFullWindow },
    { id: "player.markIn", key: "i", does: words.markIn, run: actions.markIn },
    { id: "player.markOut", key: "o", does: words.markOut, run: actions.markOut },
    { id: "player.timecode", key: "t", does: words.timecode, run: actions.goToTimecode },
    { id: "player.boxes", key: "b", does: words.boxes, run: actions.toggleBoxes },
    { id: "player.exact", key: "e", does: words.exact, run: actions.showExactPicture },
    { id: "player.similar", key: "s", does: words.similar, run: actions.findSimilar },
  ]);
}

function useMovingKeys(playback: Playback | undefined, cuts: readonly number[]): readonly KeyBinding[] {
  const words = useWords({ en, de }).keys;
  // Shift with comma and full stop is another sign on every keyboard.
  const [tenBack, tenOn] = useLanguage() === "de" ? [";", ":"] : ["<", ">"];
  return useMemo(() => {
    const shot = (way: 1 | -1) => {
      const at = playback?.position.get() ?? 0;
      const next = way > 0 ? cuts.find((cut) => cut > at) : cuts.findLast((cut) => cut < at);
      if (next !== undefined) playback?.toPts(next);
    };
    return [
      { id: "player.toggle", key: " ", does: words.toggle, run: () => playback?.toggle() },
      { id: "player.stepBack", key: ",", does: words.stepBack, run: () => playback?.step(-1), repeats: true },
      { id: "player.stepOn", key: ".", does: words.stepOn, run: () => playback?.step(1), repeats: true },
      { id: "player.tenBack", key: tenBack, does: words.tenBack, run: () => playback?.step(-TEN), repeats: true },
      { id: "player.tenOn", key: tenOn, does: words.tenOn, run: () => playback?.step(TEN), repeats: true },
      { id: "player.shotBack", key: "ArrowUp", does: words.shotBack, run: () => shot(-1), repeats: true },
      { id: "player.shotOn", key: "ArrowDown", does: words.shotOn, run: () => shot(1), repeats: true },
      { id: "player.back", key: "j", does: words.back, run: () => playback?.back() },
      { id: "player.stop", key: "k", does: words.stop, run: () => playback?.pause() },
      { id: "player.faster", key: "l", does: words.faster, run: () => playback?.faster() },
    ];
  }, [playback, cuts, words, tenBack, tenOn]);
}
