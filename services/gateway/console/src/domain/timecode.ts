/**
 * SMPTE ST 12 timecode: frame numbers to labels and back, drop frame included.
 *
 * A port of `framewell_contracts.timecode`, held to it by vectors that it wrote (timecode.vectors.json).
 * Drop frame skips labels, never pictures. Counting is in integers; labels wrap after 24 hours.
 */

export interface Ratio {
  numerator: number;
  denominator: number;
}

/** A label that cannot exist at its rate, or a rate that has no timecode. */
export class TimecodeError extends Error {}

const LABEL = /^(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})$/;

/** The frames that a timecode second counts: 30 for 29.97, 24 for 23.976. Throws for a rate that is not positive. */
export function nominalRate(rate: Ratio): number {
  if (!(rate.denominator > 0) || !(rate.numerator > 0)) {
    throw new TimecodeError(`a frame rate must be positive, not ${rate.numerator}/${rate.denominator}`);
  }
  return Math.max(1, roundedHalfEven(rate));
}

/** Whether ST 12-1 or -3 defines drop frame at this rate: nominal multiples of 30 only. */
export function allowsDropFrame(fps: number): boolean {
  return fps >= 30 && fps % 30 === 0;
}

/** The frames since 00:00:00:00 of `HH:MM:SS:ff`; `;`, `.` or `,` before the frames means drop frame. Throws TimecodeError. */
export function parseTimecode(label: string, rate: Ratio): { frame: number; dropFrame: boolean } {
  const match = LABEL.exec(label.trim());
  if (match === null) {
    throw new TimecodeError(`${label} is no timecode; expected HH:MM:SS:ff or HH:MM:SS;ff`);
  }
  const [hours, minutes, seconds, frames] = [match[1], match[2], match[3], match[5]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const fps = nominalRate(rate);
  const dropFrame = match[4] !== ":";
  if (hours >= 24 || minutes >= 60 || seconds >= 60 || frames >= fps) {
    throw new TimecodeError(`${label} does not exist at ${fps} frames a second`);
  }
  const totalMinutes = hours * 60 + minutes;
  const count = (totalMinutes * 60 + seconds) * fps + frames;
  if (!dropFrame) return { frame: count, dropFrame };
  requireDropFrame(fps);
  const dropped = droppedLabels(fps);
  if (seconds === 0 && frames < dropped && minutes % 10 !== 0) {
    throw new TimecodeError(`${label} is skipped by drop frame`);
  }
  return { frame: count - dropped * (totalMinutes - Math.floor(totalMinutes / 10)), dropFrame };
}

/** The label of the picture that is `frame` pictures after 00:00:00:00, wrapped after a day. Throws TimecodeError. */
export function timecodeOf(frame: number, fps: number, dropFrame = false): string {
  let count = frame;
  if (dropFrame) {
    requireDropFrame(fps);
    const dropped = droppedLabels(fps);
    const perMinute = fps * 60 - dropped;
    const perTenMinutes = fps * 600 - 9 * dropped;
    const ofDay = modulo(count, perTenMinutes * 6 * 24);
    const tens = Math.floor(ofDay / perTenMinutes);
    const rest = ofDay - tens * perTenMinutes;
    count = ofDay + 9 * dropped * tens;
    if (rest >= dropped) count += dropped * Math.floor((rest - dropped) / perMinute);
  }
  const frames = modulo(count, fps);
  const allSeconds = Math.floor(count / fps);
  const seconds = modulo(allSeconds, 60);
  const allMinutes = Math.floor(allSeconds / 60);
  const minutes = modulo(allMinutes, 60);
  const hours = modulo(Math.floor(allMinutes / 60), 24);
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ";" : ":"}${two(frames)}`;
}

/** The pictures of 24 hours by the clock, after which labels begin again. */
export function framesADay(fps: number, dropFrame: boolean): number {
  return 6 * 24 * (fps * 600 - 9 * (dropFrame ? droppedLabels(fps) : 0));
}

/** Labels skipped at the top of a minute: 2 at 29.97, 4 at 59.94. */
function droppedLabels(fps: number): number {
  return Math.floor(fps / 15);
}

function requireDropFrame(fps: number): void {
  if (!allowsDropFrame(fps)) {
    throw new TimecodeError(`drop frame is defined for 29.97 and its multiples, not for ${fps}`);
  }
}

/** The nearest integer, of two equally near ones the even one, as Python rounds fractions. */
function roundedHalfEven({ numerator, denominator }: Ratio): number {
  const whole = Math.floor(numerator / denominator);
  const twice = 2 * (numerator - whole * denominator);
  if (twice === denominator) return whole % 2 === 0 ? whole : whole + 1;
  return twice > denominator ? whole + 1 : whole;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
