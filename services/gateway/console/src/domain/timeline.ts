/** The one clock of an asset: seconds and timecode of a picture, in the asset's own integers. */

import { framesADay, nominalRate, parseTimecode, type Ratio, TimecodeError, timecodeOf } from "./timecode";

/** As `Timeline` of the REST API has it; pts are integers of `time_base`. */
export interface Clock {
  time_base?: Ratio;
  frame_rate?: Ratio;
  start_pts: number;
  duration_pts: number;
  frame_count: number;
  variable_rate: boolean;
  start_timecode: string;
  drop_frame: boolean;
  has_gaps: boolean;
}

export interface Moment {
  pts: number;
  frame: number;
}

/** Seconds from the first picture to `pts`; NaN where the asset has no clock. */
export function secondsAt(clock: Clock, pts: number): number {
  const base = clock.time_base;
  return base === undefined ? Number.NaN : ((pts - clock.start_pts) * base.numerator) / base.denominator;
}

/** The pts that is nearest to so many seconds after the first picture. */
export function ptsAt(clock: Clock, seconds: number): number {
  const base = clock.time_base;
  return base === undefined
    ? clock.start_pts
    : clock.start_pts + Math.round((seconds * base.denominator) / base.numerator);
}

/**
 * The label of a picture, undefined where the asset has no start timecode. At a constant rate without gaps
 * labels count pictures, otherwise the nominal grid, as `framewell_media.timeline.Timeline.timecode` does.
 */
export function timecodeAt(clock: Clock, moment: Moment): string | undefined {
  const first = firstLabel(clock);
  if (first === undefined) return undefined;
  const frames = clock.variable_rate || clock.has_gaps ? gridFrames(clock, moment.pts) : moment.frame;
  return timecodeOf(first.frame + frames, first.fps, first.dropFrame);
}

/** The pts at which a label stands, within a day from the first picture. Throws TimecodeError. */
export function ptsOfTimecode(clock: Clock, label: string): number {
  const first = firstLabel(clock);
  if (first === undefined || clock.frame_rate === undefined || clock.time_base === undefined) {
    throw new TimecodeError("the asset has no timecode");
  }
  const wanted = parseTimecode(label, clock.frame_rate);
  if (wanted.dropFrame !== first.dropFrame) {
    throw new TimecodeError(`${label} is not counted like the asset, whose timecode starts at ${clock.start_timecode}`);
  }
  const day = framesADay(first.fps, first.dropFrame);
  const frames = (((wanted.frame - first.frame) % day) + day) % day;
  const { frame_rate: rate, time_base: base } = clock;
  // Integers up to 2^53 hold: a day at 120 frames a second, 90000 to the second.
  return (
    clock.start_pts +
    roundedRatio(BigInt(frames) * BigInt(rate.denominator * base.denominator), BigInt(rate.numerator * base.numerator))
  );
}

/** Hours, minutes, seconds of a length: 1:02:03, or 2:03 below an hour. */
export function lengthOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Seconds of a length as JSON spells it ("3.5s"); NaN for none. */
export function secondsOf(duration: string | undefined): number {
  return duration === undefined ? Number.NaN : Number(duration.replace(/s$/, ""));
}

function gridFrames(clock: Clock, pts: number): number {
  const { frame_rate: rate, time_base: base } = clock;
  if (rate === undefined || base === undefined) return 0;
  return roundedRatio(
    BigInt(pts - clock.start_pts) * BigInt(base.numerator) * BigInt(rate.numerator),
    BigInt(base.denominator) * BigInt(rate.denominator),
  );
}

function firstLabel(clock: Clock): { frame: number; fps: number; dropFrame: boolean } | undefined {
  if (clock.start_timecode === "" || clock.frame_rate === undefined) return undefined;
  try {
    return { ...parseTimecode(clock.start_timecode, clock.frame_rate), fps: nominalRate(clock.frame_rate) };
  } catch (error) {
    if (error instanceof TimecodeError) return undefined;
    throw error;
  }
}

/** The integer nearest to a/b (b > 0); of two equally near ones the even one, as Python rounds fractions. */
function roundedRatio(a: bigint, b: bigint): number {
  let whole = a / b;
  if (a % b < 0n) whole -= 1n;
  const twice = 2n * (a - whole * b);
  if (twice > b || (twice === b && whole % 2n !== 0n)) whole += 1n;
  return Number(whole);
}
