import { useStore } from "../parts/useStore";
import type { Playback } from "./playback";

/** The text that holds now, below in the picture. */
export function TextOverlay({ playback }: { playback: Playback }) {
  const { lines, language } = useStore(playback.texts.shown);
  if (lines.length === 0) return null;
  return (
    <p className="player-text" data-text="" dir="auto" {...(language !== "" && { lang: language })}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines of a text may be the same
        <span key={at}>{line}</span>
      ))}
    </p>
  );
}
