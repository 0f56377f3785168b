/** Values as people read them. */

import { useEffect, useState } from "react";
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
  return (
    <time dateTime={at} title={ago ? whole : undefined}>
      {ago ? agoIn(language, when, now) : day ? dayIn(language, when) : whole}
    </time>
  );
}

/** Now, told anew every half minute where somebody wants to know. */
function useNow(ticking: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
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
