/**
 * The part of ICU's MessageFormat that templates of sentences use (`framewell_contracts.sentences` is its twin):
 * `{name}`, `{name, number}`, `{name, plural, =0 {…} one {…} other {…}}` with `#`, `{name, select, word {…} other {…}}`.
 * An apostrophe stands for itself. The whole of it (intl-messageformat) would be 12 kB more in every tab.
 */

import type { Language } from "./language";

export type Params = Readonly<Record<string, string>>;

interface Place {
  name: string;
  kind: string;
  cases: ReadonlyMap<string, readonly Part[]>;
}

type Part = string | Place;

const parsed = new Map<string, readonly Part[]>();

/** What a template says of params; undefined where one of them is missing. */
export function fill(template: string, params: Params, language: Language): string | undefined {
  return filled(partsOf(template), params, language, "");
}

/** The names of the params that a template has places for. */
export function placesOf(template: string): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (parts: readonly Part[]) => {
    for (const part of parts) {
      if (typeof part === "string") continue;
      names.add(part.name);
      for (const inner of part.cases.values()) walk(inner);
    }
  };
  walk(partsOf(template));
  return names;
}

function filled(parts: readonly Part[], params: Params, language: Language, number: string): string | undefined {
  let said = "";
  for (const part of parts) {
    const text = typeof part === "string" ? withNumber(part, number) : shown(part, params, language, number);
    if (text === undefined) return undefined;
    said += text;
  }
  return said;
}

function withNumber(text: string, number: string): string {
  return number === "" ? text : text.replaceAll("#", number);
}

function shown(place: Place, params: Params, language: Language, number: string): string | undefined {
  const value = params[place.name];
  if (value === undefined) return undefined;
  if (place.kind === "plural" || place.kind === "select") {
    const plural = place.kind === "plural";
    const other = plural ? new Intl.PluralRules(language).select(Number(value)) : "other";
    const chosen = place.cases.get(plural ? `=${value}` : value) ?? place.cases.get(other) ?? place.cases.get("other");
    return chosen && filled(chosen, params, language, plural ? grouped(value, language) : number);
  }
  return place.kind === "number" ? grouped(value, language) : value;
}

/** A number as the language writes it, with as many decimals as it came with; a percentage, too. */
function grouped(value: string, language: Language): string {
  const [, digits = "", decimals = "", percent = ""] = /^(-?\d+(?:\.(\d+))?)(%?)$/.exec(value) ?? [];
  if (digits === "") return value;
  const fraction = { minimumFractionDigits: decimals.length, maximumFractionDigits: decimals.length };
  return percent === ""
    ? new Intl.NumberFormat(language, fraction).format(Number(digits))
    : new Intl.NumberFormat(language, { style: "percent", ...fraction }).format(Number(digits) / 100);
}

function partsOf(template: string): readonly Part[] {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const reading = new Reading(template);
  const parts = reading.parts();
  if (reading.at !== template.length) throw new Error(`a brace too many at ${reading.at} of ${template}`);
  parsed.set(template, parts);
  return parts;
}

class Reading {
  at = 0;

  constructor(private readonly template: string) {}

  parts(): readonly Part[] {
    const found: Part[] = [];
    while (this.at < this.template.length && this.template[this.at] !== "}") {
      if (this.template[this.at] === "{") {
        found.push(this.place());
      } else {
        found.push(this.until("{}"));
      }
    }
    return found;
  }

  private place(): Place {
    this.skip("{");
    const name = this.until(",}").trim();
    let kind = "";
    const cases = new Map<string, readonly Part[]>();
    if (this.template[this.at] === ",") {
      this.skip(",");
      kind = this.until(",}").trim();
      if (this.template[this.at] === ",") this.skip(",");
      for (let key = this.until("{}").trim(); key !== ""; key = this.until("{}").trim()) {
        this.skip("{");
        cases.set(key, this.parts());
        this.skip("}");
      }
    }
    this.skip("}");
    return { name, kind, cases };
  }

  private until(stops: string): string {
    const from = this.at;
    while (this.at < this.template.length && !stops.includes(this.template[this.at] as string)) this.at += 1;
    return this.template.slice(from, this.at);
  }

  private skip(brace: string): void {
    if (this.template[this.at] !== brace) throw new Error(`no ${brace} at ${this.at} of ${this.template}`);
    this.at += 1;
  }
}
