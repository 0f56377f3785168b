/** The history of a programme as people tell it: one line for what happened once, or several times in a row. */

import { EVENT_NAMES } from "../../api/event_names";
import type { Event } from "../../api/generated";
import { nameOf } from "../../domain/event-types";

/** Of every piece of a programme: hundreds an hour, told by their number alone. */
const PIECES: ReadonlySet<string> = new Set(["audio", "chunk", "segment"]);

/** The events that are told, by name. */
export const TOLD = EVENT_NAMES.filter((name) => !PIECES.has(name.split(".", 1)[0] ?? ""));

export interface Line {
  key: string;
  name: string;
  /** Who did it: a person's login, or `rule:<name>`; "" where nobody is named. */
  who: string;
  count: number;
  first: string | undefined;
  last: string | undefined;
}

/** Folds what the same person or rule did in a row into one line; events stand in the order in which they came. */
export function linesOf(events: readonly Event[]): Line[] {
  const lines: Line[] = [];
  for (const event of events) {
    const [name, who] = [nameOf(event.type), whoDid(event)];
    const before = lines.at(-1);
    if (before?.name === name && before.who === who) {
      lines[lines.length - 1] = { ...before, count: before.count + 1, last: event.time };
    } else {
      lines.push({ key: `${event.source}#${event.id}`, name, who, count: 1, first: event.time, last: event.time });
    }
  }
  return lines;
}

function whoDid({ data = {} }: Event): string {
  const actor = data.actor ?? data.provenance?.proposed_by;
  return typeof actor?.principal === "string" ? actor.principal : "";
}
