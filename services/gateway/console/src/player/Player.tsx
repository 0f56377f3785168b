import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { ShownBox } from "../domain/boxes";
import type { Lane } from "../domain/lanes";
import type { Clock } from "../domain/timeline";
import { Boundary } from "../parts/Boundary";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import { GoTo } from "./GoTo";
import { Lanes } from "./Lanes";
import { MarkedPart, useMarks } from "./Marked";
import { type BoxLabel, Overlay } from "./Overlay";
import type { Playback } from "./playback";
import { SoundControls } from "./SoundControls";
import { TextControls } from "./TextControls";
import { TextOverlay } from "./TextOverlay";
import { Transport } from "./Transport";
import type { TextSource } from "./texts";
import { useFullWindow } from "./useFullWindow";
import { usePlayerKeys } from "./usePlayerKeys";
import { useTexts } from "./useTexts";
import { useTimeOf } from "./useTimeOf";
import "./Player.css";

const ExactPicture = lazy(() => import("./ExactPicture"));

export interface PlayerProps {
  assetId: string;
  playback: Playback | undefined;
  clock: Clock;
  /** Takes the video element once it is there. */
  takeVideo: (video: HTMLVideoElement | null) => void;
  lanes: readonly Lane[];
  /** Where shots begin, in order of time. */
  cuts: readonly number[];
  /** Texts that may be shown over the picture. */
  texts: readonly TextSource[];
  boxesAt: (pts: number, frame: number) => readonly ShownBox[];
  labelOf: (box: ShownBox) => BoxLabel;
  withPictures: boolean;
  /** Buttons of the page, after those that are about the picture. */
  tools?: ReactNode;
  children?: ReactNode;
}

const NO_LANES: readonly Lane[] = [];

/** A video with its boxes, its lanes and the keys of an editing desk; it names the picture that is shown. */
export function Player(props: PlayerProps) {
  const { playback, clock, lanes, withPictures } = props;
  const words = useWords({ en, de });
  const place = useRef<HTMLElement>(null);
  const { full, toggle: toggleFullWindow } = useFullWindow(place);
  const texts = useTexts(playback, props.texts);
  const { marks, mark, forget } = useMarks(playback);
  const { boxes, actions, dialogs } = usePlayerActions(props, { mark, toggleFullWindow, toggleTexts: texts.toggle });
  const timeOf = useTimeOf(playback, clock);
  usePlayerKeys(playback, props.cuts, actions);
  return (
    <section ref={place} className={full ? "player player-full" : "player"} aria-label={words.label}>
      <Screen {...props} boxes={boxes} />
      {playback !== undefined && (
        <>
          <Transport {...{ playback, timeOf, actions, boxes, full, withPictures }} tools={props.tools}>
            <SoundControls sound={playback.sound} />
            <TextControls sources={props.texts} texts={texts} />
          </Transport>
          <MarkedPart marks={marks} clock={clock} timeOf={timeOf} forget={forget} />
          <Lanes lanes={full ? NO_LANES : lanes} playback={playback} clock={clock} marks={marks} timeOf={timeOf} />
          {dialogs(playback)}
        </>
      )}
      {props.children}
    </section>
  );
}

function Screen({ playback, takeVideo, boxesAt, labelOf, withPictures, boxes }: PlayerProps & { boxes: boolean }) {
  const words = useWords({ en, de });
  return (
    <div className={withPictures ? "player-screen" : "player-screen player-sound"}>
      {/* biome-ignore lint/a11y/useMediaCaption: texts are shown over it, out of files of their own */}
      <video ref={takeVideo} playsInline preload="auto" tabIndex={-1} aria-label={words.picture} />
      {playback !== undefined && boxes && withPictures && (
        <Overlay playback={playback} boxesAt={boxesAt} labelOf={labelOf} />
      )}
      {playback !== undefined && <TextOverlay playback={playback} />}
    </div>
  );
}

/** What the player does beside moving, and the dialogs that it opens for that. */
function usePlayerActions(
  { playback, clock, assetId, withPictures }: PlayerProps,
  {
    mark,
    toggleFullWindow,
    toggleTexts,
  }: { mark: (side: "from" | "to") => void; toggleFullWindow: () => void; toggleTexts: () => void },
) {
  const [, navigate] = useLocation();
  const [boxes, setBoxes] = useState(true);
  const [open, setOpen] = useState<"exact" | "timecode">();
  const close = () => setOpen(undefined);
  return {
    boxes,
    actions: {
      markIn: () => mark("from"),
      markOut: () => mark("to"),
      goToTimecode: () => setOpen("timecode"),
      toggleBoxes: () => setBoxes((now) => !now),
      showExactPicture: () => withPictures && setOpen("exact"),
      findSimilar: () =>
        withPictures && navigate(`/search?like=${assetId}@${playback?.position.get() ?? clock.start_pts}`),
      toggleTexts,
      toggleFullWindow,
    },
    dialogs: (ready: Playback) => (
      <>
        {open === "timecode" && <GoTo playback={ready} clock={clock} onClose={close} />}
        {open === "exact" && (
          <Boundary>
            <Suspense>
              <ExactPicture assetId={assetId} playback={ready} onClose={close} />
            </Suspense>
          </Boundary>
        )}
      </>
    ),
  };
}
