/** The mesh as a reviewer's desk needs it, in the name of one person alone. */

import {
  claimSamples,
  type Review,
  type ReviewResult,
  releaseSamples,
  reviewSamples,
  type Sample,
} from "../../api/generated";
import { network } from "../../api/network";
import { isSignedOut, NetworkError, ProblemError } from "../../api/problems";
import { session } from "../../api/session";

/** Which samples are wanted. */
export interface Wanted {
  order: "oldest" | "doubtful" | "person";
  classId: string;
}

/** What became of a claim: samples that are leased now, and those that are not, each with why. */
export interface Claimed {
  samples: readonly Sample[];
  refused: readonly ReviewResult[];
}

export interface Mesh {
  /** Leases so many samples, other than these. Like all that follow, throws as the client does, or NotTheirs. */
  claim(wanted: Wanted, limit: number, withoutIds: readonly string[]): Promise<readonly Sample[]>;
  /** Leases these samples for another while. */
  renew(ids: readonly string[]): Promise<Claimed>;
  /** Gives samples back; `last`: also where the page goes away meanwhile. Resolves when it was tried. */
  release(ids: readonly string[], last?: boolean): Promise<void>;
  review(reviews: readonly Review[]): Promise<readonly ReviewResult[]>;
  /** Calls `listener` when asking may help again: the gateway answers anew, or the person is signed in again. */
  onReturn(listener: () => void): () => void;
}

/** Somebody else is signed in now, or nobody: nothing is asked in another's name. */
export class NotTheirs extends Error {}

const LEASE = "120s";
/** The mesh takes no more ids with a claim. */
export const MOST_WITHOUT = 500;

/** Whether the same call may succeed later. An answer 500 says nothing of that. */
export function isWorthWaiting(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  return error instanceof ProblemError && [408, 429, 502, 503, 504].includes(error.status);
}

/** Whether the person is not signed in (any more); what they decided waits until they are. */
export function isNotTheirs(error: unknown): boolean {
  return error instanceof NotTheirs || isSignedOut(error);
}

/** The mesh for one person: calls while somebody else is signed in are not made. */
export function meshOf(principal: string): Mesh {
  const isHere = () => session.get()?.principal === principal;
  const theirs = () => {
    if (!isHere()) throw new NotTheirs(`${principal} is not signed in`);
  };
  return {
    async claim({ order, classId }, limit, withoutIds) {
      theirs();
      const asked = { limit, lease: LEASE, order_by: order, class_id: classId };
      return (await claimSamples({ ...asked, without_ids: withoutIds.slice(0, MOST_WITHOUT) })).samples;
    },
    async renew(ids) {
      theirs();
      return await claimSamples({ sample_ids: [...ids], lease: LEASE });
    },
    async release(ids, last = false) {
      if (ids.length === 0 || !isHere()) return;
      await releaseSamples({ sample_ids: [...ids] }, last ? { keepalive: true } : {}).catch(() => {});
    },
    async review(reviews) {
      theirs();
      return (await reviewSamples({ reviews: [...reviews] })).results;
    },
    onReturn(listener) {
      let [wasHere, wasAway] = [isHere(), network.get().awaySince !== undefined];
      const look = () => {
        const [here, away] = [isHere(), network.get().awaySince !== undefined];
        const returned = (here && !wasHere) || (wasAway && !away);
        [wasHere, wasAway] = [here, away];
        if (returned) listener();
      };
      const ends = [session.subscribe(look), network.subscribe(look)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
