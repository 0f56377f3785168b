/** Values as people read them. */

import { useSyncExternalStore } from "react";
import { type Clock, lengthOf, type Moment, secondsAt, timecodeAt } from "../domain/timeline";
import { agoIn, bytesIn, dayIn, momentIn, moneyIn, numberIn, percentIn } from "../words/formats";
import { useLanguage } from "../words/language";

/** The timecode of a picture; seconds from the first one where the asset has none. */
export function Timecode({ clock, at }: { clock: Clock | undefined; at: Moment }) {
  if (clock === undefined) return <span className="number">–</span>;
  return <span className="number">{timecodeAt(clock, at) ?? lengthOf(secondsAt(clock, at.pts))}</span>;
}

/** A moment of the day; `ago` says how long since, and shows the moment itself where the pointer rests. */
export function Time({ at, ago = false, day = false }: { at: string | undefined; ago?: boolean; day?: boolean }) {
  const language = useLanguage();
  const now = useNow(ago);
  if (at === undefined || at === "") return <span>–</span>;
  const when = new Date(at);
  const whole = momentIn(language, when);
  // What happened since the last tick happened now, and not in some seconds.
  const seenAt = when > now && when.getTime() <= Date.now() ? when : now;
  return (
    <time dateTime={at} title={ago ? whole : undefined}>
      {ago ? agoIn(language, when, seenAt) : day ? dayIn(language, when) : whole}
    </time>
  );
}

const EVERY_MS = 30_000;
let ticking: ReturnType<typeof setInterval> | undefined;
let now = new Date();
const listeners = new Set<() => void>();

/** Calls at every tick of the one clock that all moments of the console share; it rests while nobody looks at it. */
function onTick(listener: () => void): () => void {
  if (ticking === undefined) {
    now = new Date();
    ticking = setInterval(() => {
      now = new Date();
      for (const tell of [...listeners]) tell();
    }, EVERY_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

const never = () => () => undefined;

/** Now, told anew every half minute where somebody wants to know. */
function useNow(wanted: boolean): Date {
  return useSyncExternalStore(wanted ? onTick : never, () => now);
}

/** An exact decimal amount: `<Money amount="0.05" currency="EUR" />`. */
export function Money({ amount, currency }: { amount: string; currency: string }) {
  return <span className="number">{moneyIn(useLanguage(), amount, currency)}</span>;
}

export function Bytes({ value }: { value: number }) {
  return <span>{bytesIn(useLanguage(), value)}</span>;
}

export function Count({ value, digits = 0 }: { value: number; digits?: number }) {
  return <span>{numberIn(useLanguage(), value, digits)}</span>;
}

export function Percent({ share, digits = 0 }: { share: number; digits?: number }) {
  return <span>{percentIn(useLanguage(), share, digits)}</span>;
}

/** Seconds as 1:02:03. */
export function Length({ seconds }: { seconds: number }) {
  return <span className="number">{lengthOf(seconds)}</span>;
}
