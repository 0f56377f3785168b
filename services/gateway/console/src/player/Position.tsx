import { useStore } from "../parts/useStore";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import type { Playback } from "./playback";

/** Timecode and number of the picture that the browser presents; says so while it is not sure. */
export function Position({ playback, timeOf }: { playback: Playback; timeOf: (pts: number) => string }) {
  return playback.pictures === undefined ? (
    <SoundPosition playback={playback} timeOf={timeOf} />
  ) : (
    <PicturePosition pictures={playback.pictures} timeOf={timeOf} />
  );
}

function SoundPosition({ playback, timeOf }: { playback: Playback; timeOf: (pts: number) => string }) {
  const pts = useStore(playback.position);
  return <span className="transport-time">{timeOf(pts)}</span>;
}

function PicturePosition({
  pictures,
  timeOf,
}: {
  pictures: NonNullable<Playback["pictures"]>;
  timeOf: (pts: number) => string;
}) {
  const words = useWords({ en, de });
  const { picture, certainty } = useStore(pictures.shown);
  if (picture === undefined) return <span className="transport-time">–</span>;
  return (
    <span className="transport-position" data-certainty={certainty} data-frame={picture.frame} data-pts={picture.pts}>
      <span className="transport-time">{timeOf(picture.pts)}</span>
      <span className="soft">{words.frame(String(picture.frame))}</span>
      {certainty === "unconfirmed" && (
        <strong className="transport-unsure" title={words.unconfirmedHelp}>
          {words.unconfirmed}
        </strong>
      )}
    </span>
  );
}
