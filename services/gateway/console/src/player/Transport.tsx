import { Frame, Image, ImageUp, Maximize, Minimize, Pause, Play, StepBack, StepForward, Timer } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../parts/Button";
import { useStore } from "../parts/useStore";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { numberIn } from "../words/formats";
import { useLanguage, useWords } from "../words/language";
import { Position } from "./Position";
import type { Playback } from "./playback";
import { Tool } from "./Tool";
import type { PlayerActions } from "./usePlayerKeys";

/** The buttons of the player, and where it stands; `children` are those of its sounds and texts, `tools` those of the page. */
export function Transport({
  playback,
  timeOf,
  actions,
  boxes,
  full,
  withPictures,
  tools,
  children,
}: {
  playback: Playback;
  timeOf: (pts: number) => string;
  actions: PlayerActions;
  boxes: boolean;
  full: boolean;
  withPictures: boolean;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const words = useWords({ en, de });
  return (
    <>
      <div className="transport">
        <Moving playback={playback} timeOf={timeOf} />
        <span className="transport-space" />
        {children}
        <Tool word={words.timecode} icon={<Timer />} does="player.timecode" onPress={actions.goToTimecode} />
        {withPictures && <PictureTools actions={actions} boxes={boxes} />}
        {tools}
        <IconButton
          label={full ? words.leaveFull : words.full}
          icon={full ? <Minimize /> : <Maximize />}
          onPress={actions.toggleFullWindow}
        />
      </div>
      <WhyNot playback={playback} />
    </>
  );
}

function Moving({ playback, timeOf }: { playback: Playback; timeOf: (pts: number) => string }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const { rate } = useStore(playback.state);
  return (
    <>
      <IconButton
        label={rate === 0 ? words.play : words.pause}
        icon={rate === 0 ? <Play /> : <Pause />}
        onPress={() => playback.toggle()}
      />
      <IconButton label={words.stepBack} icon={<StepBack />} onPress={() => playback.step(-1)} />
      <IconButton label={words.stepOn} icon={<StepForward />} onPress={() => playback.step(1)} />
      <Position playback={playback} timeOf={timeOf} />
      {rate !== 0 && rate !== 1 && <span className="transport-rate">{words.rate(numberIn(language, rate))}</span>}
    </>
  );
}

function PictureTools({ actions, boxes }: { actions: PlayerActions; boxes: boolean }) {
  const words = useWords({ en, de });
  return (
    <>
      <Tool word={words.boxes} icon={<Frame />} does="player.boxes" onPress={actions.toggleBoxes} pressed={boxes} />
      <Tool word={words.exact} icon={<Image />} does="player.exact" onPress={actions.showExactPicture} />
      <Tool word={words.similar} icon={<ImageUp />} does="player.similar" onPress={actions.findSimilar} />
    </>
  );
}

function WhyNot({ playback }: { playback: Playback }) {
  const words = useWords({ en, de });
  const { failed } = useStore(playback.state);
  if (failed === "") return null;
  return (
    <p className="player-failed" role="alert">
      {words.failed(failed)}
    </p>
  );
}
