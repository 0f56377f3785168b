import { Volume1, Volume2, VolumeX } from "lucide-react";
import { IconButton } from "../parts/Button";
import { useStore } from "../parts/useStore";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import type { Sound } from "./sound";
import { TrackChoice } from "./TrackChoice";

const HALF = 0.5;

/** Mute, loudness, and which sound is heard where the media have several. */
export function SoundControls({ sound }: { sound: Sound }) {
  const words = useWords({ en, de });
  const { volume, muted, tracks, track } = useStore(sound.state);
  const heard = muted ? 0 : volume;
  return (
    <>
      <IconButton
        label={muted ? words.unmute : words.mute}
        icon={heard === 0 ? <VolumeX /> : heard < HALF ? <Volume1 /> : <Volume2 />}
        onPress={() => sound.toggleMute()}
      />
      <input
        className="transport-volume"
        type="range"
        min={0}
        max={100}
        step={5}
        value={Math.round(heard * 100)}
        aria-label={words.volume}
        aria-valuetext={words.percent(Math.round(heard * 100))}
        // Who drags it goes on with the keys of the player; who comes by Tab changes it by arrows.
        onPointerUp={(event) => event.currentTarget.blur()}
        onChange={(event) => sound.setVolume(Number(event.currentTarget.value) / 100)}
      />
      {tracks.length > 1 && (
        <TrackChoice
          label={words.soundTrack}
          value={String(track)}
          onChange={(id) => sound.choose(Number(id))}
          choices={tracks.map((one) => ({ value: String(one.id), label: one.name }))}
        />
      )}
    </>
  );
}
