/** Whether the gateway can be reached, by what requests and the event stream found. */

import { Store } from "./store";

export interface Network {
  /** When the gateway was first found away; undefined while it answers. */
  awaySince: number | undefined;
}

export const network = new Store<Network>({ awaySince: undefined });

/** Notes that no answer came. */
export function lost(): void {
  network.update((now) => (now.awaySince === undefined ? { awaySince: Date.now() } : now));
}

/** Notes an answer, whatever it says. */
export function found(): void {
  network.update((now) => (now.awaySince === undefined ? now : { awaySince: undefined }));
}
