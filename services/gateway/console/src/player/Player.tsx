import { Frame, Image, Pause, Play, StepBack, StepForward, Timer } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { ShownBox } from "../domain/boxes";
import type { Lane, Sight } from "../domain/lanes";
import { TimecodeError } from "../domain/timecode";
import { type Clock, lengthOf, ptsOfTimecode, secondsAt, timecodeAt } from "../domain/timeline";
import { Button, IconButton } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { TextField } from "../parts/fields";
import { useKeys } from "../parts/keys";
import { useStore } from "../parts/useStore";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { numberIn } from "../words/formats";
import { useLanguage, useWords } from "../words/language";
import { ExactPicture } from "./ExactPicture";
import { Lanes, type Marks } from "./Lanes";
import { type BoxLabel, Overlay } from "./Overlay";
import type { Playback } from "./playback";
import "./Player.css";

const TEN = 10;

export interface PlayerProps {
  assetId: string;
  playback: Playback | undefined;
  clock: Clock;
  /** Takes the video element once it is there. */
  takeVideo: (video: HTMLVideoElement | null) => void;
  lanes: readonly Lane[];
  /** Where shots begin, in order of time. */
  cuts: readonly number[];
  boxesAt: (pts: number, frame: number) => readonly ShownBox[];
  labelOf: (box: ShownBox) => BoxLabel;
  withPictures: boolean;
  children?: ReactNode;
}

/** A video with its boxes, its lanes and the keys of an editing desk; it names the picture that is shown. */
export function Player(props: PlayerProps) {
  const { playback, clock, takeVideo, lanes, boxesAt, labelOf, withPictures, assetId } = props;
  const words = useWords({ en, de });
  const [boxes, setBoxes] = useState(true);
  const [exact, setExact] = useState(false);
  const [asking, setAsking] = useState(false);
  const [marks, setMarks] = useState<Marks>({ from: undefined, to: undefined });
  const timeOf = useTimeOf(playback, clock);
  const mark = (side: keyof Marks) => {
    const at = playback?.position.get();
    if (at === undefined) return;
    setMarks((now) => {
      const next = { ...now, [side]: at };
      const crossed = next.from !== undefined && next.to !== undefined && next.from > next.to;
      return crossed ? { from: undefined, to: undefined, [side]: at } : next;
    });
  };
  usePlayerKeys(playback, props.cuts, {
    markIn: () => mark("from"),
    markOut: () => mark("to"),
    ask: () => setAsking(true),
    boxes: () => setBoxes((now) => !now),
    exact: () => withPictures && setExact(true),
  });
  return (
    <section className="player" aria-label={words.label}>
      <div className={withPictures ? "player-screen" : "player-screen player-sound"}>
        {/* biome-ignore lint/a11y/useMediaCaption: what is said stands beside it, and is followed there */}
        <video ref={takeVideo} playsInline preload="auto" tabIndex={-1} aria-label={words.picture} />
        {playback !== undefined && boxes && withPictures && (
          <Overlay playback={playback} boxesAt={boxesAt} labelOf={labelOf} />
        )}
      </div>
      {playback !== undefined && (
        <>
          <Transport
            playback={playback}
            timeOf={timeOf}
            boxes={boxes}
            onBoxes={() => setBoxes(!boxes)}
            onAsk={() => setAsking(true)}
            onExact={withPictures ? () => setExact(true) : undefined}
          />
          <MarkedPart marks={marks} clock={clock} timeOf={timeOf} forget={() => setMarks(NO_MARKS)} />
          <Lanes lanes={lanes} playback={playback} clock={clock} marks={marks} timeOf={timeOf} />
          {asking && <GoTo playback={playback} clock={clock} onClose={() => setAsking(false)} />}
          {exact && <ExactPicture assetId={assetId} playback={playback} onClose={() => setExact(false)} />}
        </>
      )}
      {props.children}
    </section>
  );
}

const NO_MARKS: Marks = { from: undefined, to: undefined };

/** The time of a pts for people: its timecode, or its length from the beginning. */
export function useTimeOf(playback: Playback | undefined, clock: Clock): (pts: number) => string {
  return useCallback(
    (pts: number) => {
      const frame = playback?.pictures?.table.at(pts)?.frame;
      const seconds = secondsAt(clock, pts);
      const counted =
        frame ?? Math.round((seconds * (clock.frame_rate?.numerator ?? 0)) / (clock.frame_rate?.denominator ?? 1));
      return timecodeAt(clock, { pts, frame: counted }) ?? lengthOf(seconds);
    },
    [playback, clock],
  );
}

function Transport({
  playback,
  timeOf,
  boxes,
  onBoxes,
  onAsk,
  onExact,
}: {
  playback: Playback;
  timeOf: (pts: number) => string;
  boxes: boolean;
  onBoxes: () => void;
  onAsk: () => void;
  onExact: (() => void) | undefined;
}) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const { rate, failed } = useStore(playback.state);
  return (
    <>
      <div className="transport">
        <IconButton
          label={rate === 0 ? words.play : words.pause}
          icon={rate === 0 ? <Play /> : <Pause />}
          onPress={() => playback.toggle()}
        />
        <IconButton label={words.stepBack} icon={<StepBack />} onPress={() => playback.step(-1)} />
        <IconButton label={words.stepOn} icon={<StepForward />} onPress={() => playback.step(1)} />
        <Position playback={playback} timeOf={timeOf} />
        {rate !== 0 && rate !== 1 && <span className="transport-rate">{words.rate(numberIn(language, rate))}</span>}
        <span className="transport-space" />
        <Button look="bare" shortcut="T" onPress={onAsk}>
          <Timer aria-hidden="true" />
          <span className="transport-word">{words.timecode}</span>
        </Button>
        {onExact !== undefined && (
          <>
            <Button look="bare" shortcut="B" onPress={onBoxes} aria-pressed={boxes}>
              <Frame aria-hidden="true" />
              <span className="transport-word">{words.boxes}</span>
            </Button>
            <Button look="bare" shortcut="E" onPress={onExact}>
              <Image aria-hidden="true" />
              <span className="transport-word">{words.exact}</span>
            </Button>
          </>
        )}
      </div>
      {failed !== "" && (
        <p className="player-failed" role="alert">
          {words.failed(failed)}
        </p>
      )}
    </>
  );
}

/** Timecode and number of the picture that the browser presents; says so while it is not sure. */
function Position({ playback, timeOf }: { playback: Playback; timeOf: (pts: number) => string }) {
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
      {certainty === "unconfirmed" && <strong className="transport-unsure">{words.unconfirmed}</strong>}
    </span>
  );
}

function MarkedPart({
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

function GoTo({ playback, clock, onClose }: { playback: Playback; clock: Clock; onClose: () => void }) {
  const words = useWords({ en, de });
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const sight: Sight = { from: clock.start_pts, to: clock.start_pts + clock.duration_pts };
  const go = () => {
    if (/^\d+$/.test(typed.trim())) {
      playback.toFrame(Number(typed.trim()));
      onClose();
      return;
    }
    try {
      const pts = ptsOfTimecode(clock, typed);
      if (pts < sight.from || pts >= sight.to) return setWrong(words.beyond);
      // A label stands at the nearest tick: the picture that is shown half a picture later is the one that has it.
      const { frame_rate: rate, time_base: base } = clock;
      const half =
        rate && base ? Math.floor((rate.denominator * base.denominator) / (2 * rate.numerator * base.numerator)) : 0;
      playback.toPts(Math.min(pts + half, sight.to - 1));
      onClose();
    } catch (error) {
      if (!(error instanceof TimecodeError)) throw error;
      setWrong(words.wrongTimecode);
    }
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
        onSubmit={(event) => {
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

interface Deeds {
  markIn: () => void;
  markOut: () => void;
  ask: () => void;
  boxes: () => void;
  exact: () => void;
}

function usePlayerKeys(playback: Playback | undefined, cuts: readonly number[], deeds: Deeds): void {
  const words = useWords({ en, de }).keys;
  // Shift with comma and full stop is another sign on every keyboard.
  const [tenBack, tenOn] = useLanguage() === "de" ? [";", ":"] : ["<", ">"];
  const bindings = useMemo(() => {
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
  useKeys([
    ...bindings,
    { id: "player.markIn", key: "i", does: words.markIn, run: deeds.markIn },
    { id: "player.markOut", key: "o", does: words.markOut, run: deeds.markOut },
    { id: "player.timecode", key: "t", does: words.timecode, run: deeds.ask },
    { id: "player.boxes", key: "b", does: words.boxes, run: deeds.boxes },
    { id: "player.exact", key: "e", does: words.exact, run: deeds.exact },
  ]);
}
