/** Numbers, times and sizes as the language writes them. */

import { type Language, regionalOf } from "./language";

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function once<F extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => F,
): F {
  const known = made.get(key);
  if (known !== undefined) return known as F;
  const format = make();
  made.set(key, format);
  return format;
}

export function numberIn(language: Language, value: number, digits = 0): string {
  return once(
    `number ${language} ${digits}`,
    () => new Intl.NumberFormat(language, { maximumFractionDigits: digits }),
  ).format(value);
}

/** How far two vectors are apart, comparable at a glance: 0.3 → 0.30, 0,30 */
export function distanceIn(language: Language, distance: number): string {
  return once(
    `distance ${language}`,
    () => new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  ).format(distance);
}

/** 0.873 → 87 % */
export function percentIn(language: Language, share: number, digits = 0): string {
  return once(
    `percent ${language} ${digits}`,
    () => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }),
  ).format(share);
}

/** An exact decimal amount as the mesh keeps it (`"0.05"`), of an ISO 4217 currency. */
export function moneyIn(language: Language, amount: string, currency: string): string {
  const format = once(
    `money ${language} ${currency}`,
    () => new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 4 }),
  );
  return format.format(amount as Intl.StringNumericLiteral);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** 1048576 → 1 MB, in powers of 1000 as file managers and disks count. */
export function bytesIn(language: Language, bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const unit = UNITS[power] ?? "byte";
  const digits = power < 2 ? 0 : 1;
  return once(
    `bytes ${language} ${unit}`,
    () => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }),
  ).format(bytes / 1000 ** power);
}

/** Day and time in the browser's time zone. */
export function momentIn(language: Language, when: Date): string {
  return once(
    `moment ${language}`,
    () => new Intl.DateTimeFormat(regionalOf(language), { dateStyle: "medium", timeStyle: "short" }),
  ).format(when);
}

export function dayIn(language: Language, when: Date): string {
  return once(`day ${language}`, () => new Intl.DateTimeFormat(regionalOf(language), { dateStyle: "medium" })).format(
    when,
  );
}

/** The time of day, to the second. */
export function clockIn(language: Language, when: Date): string {
  return once(`clock ${language}`, () => new Intl.DateTimeFormat(regionalOf(language), { timeStyle: "medium" })).format(
    when,
  );
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago", "yesterday"; within a minute "now". */
export function agoIn(language: Language, when: Date, now: Date): string {
  const format = once(`ago ${language}`, () => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
  const seconds = (when.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}
