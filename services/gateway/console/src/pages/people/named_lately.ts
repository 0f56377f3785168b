/** Names that were given here, until somebody has seen what the next model made of them. */

import { Store } from "../../api/store";

const MOST = 5;

export interface Given {
  classId: string;
  /** The decision that gave it: taken back, the name is forgotten here. */
  decisionId: string;
  name: string;
  /** When a model last changed where this person is seen, at the moment of the naming; "" for never. */
  since: string;
  /** The model that went into service after it, as far as one has, and when that was heard. */
  model: string;
  heardAt: number;
}

/** Newest first; they outlive the page, and not the tab. */
export const given = new Store<readonly Given[]>([]);

export function remember(one: Omit<Given, "model" | "heardAt">): void {
  given.update((now) => [{ ...one, model: "", heardAt: 0 }, ...without(now, one.classId)].slice(0, MOST));
}

export function forget(classId: string): void {
  given.update((now) => without(now, classId));
}

export function forgetDecision(decisionId: string): void {
  given.update((now) => now.filter((one) => one.decisionId !== decisionId));
}

/** A model went into service, and the archive has its names. */
export function wasNamedBy(model: string, heardAt = Date.now()): void {
  given.update((now) => now.map((one) => ({ ...one, model, heardAt })));
}

function without(now: readonly Given[], classId: string): readonly Given[] {
  return now.filter((one) => one.classId !== classId);
}
