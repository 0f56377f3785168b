import { Captions } from "lucide-react";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import { Tool } from "./Tool";
import { TrackChoice } from "./TrackChoice";
import type { TextSource } from "./texts";
import type { useTexts } from "./useTexts";

/** Texts on and off, and which of several; nothing where there is none. */
export function TextControls({
  sources,
  texts,
}: {
  sources: readonly TextSource[];
  texts: ReturnType<typeof useTexts>;
}) {
  const words = useWords({ en, de });
  if (sources.length === 0) return null;
  const { shown } = texts;
  return (
    <>
      <Tool
        word={words.texts}
        icon={<Captions />}
        does="player.texts"
        onPress={texts.toggle}
        pressed={shown !== undefined}
      />
      {sources.length > 1 && shown !== undefined && (
        <TrackChoice
          label={words.textTrack}
          value={shown.id}
          onChange={texts.choose}
          choices={sources.map((one) => ({ value: one.id, label: one.name || words.heard }))}
        />
      )}
    </>
  );
}
