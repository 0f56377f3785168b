/** How many decisions of a reviewer wait to be sent, known wherever they are in the console. */

import { read } from "../domain/review-queue";
import { Store } from "./store";

/** By person, as far as this tab has sent anything for them. */
export const unsent = new Store<ReadonlyMap<string, number>>(new Map());

/** Where a tab keeps what a person decided until it is answered. */
export function placeOf(principal: string): string {
  return `framewell-review:${principal}`;
}

/** Notes how many decisions of a person wait. */
export function noteUnsent(principal: string, count: number): void {
  if (unsent.get().get(principal) !== count) unsent.update((now) => new Map(now).set(principal, count));
}

/** How many decisions of a person wait from before this tab was loaded anew. */
export function keptUnsent(principal: string): number {
  return read(sessionStorage.getItem(placeOf(principal))).unsent.length;
}
