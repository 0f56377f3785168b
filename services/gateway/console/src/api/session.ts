/** Who uses the console: asked at start, ended by any answer 401, begun again without leaving the page. */

import type { Session as SessionAnswer } from "./generated";
import { Store } from "./store";

export interface Session extends SessionAnswer {
  /** Somebody was signed in and is no longer: the page stays, a dialog asks to sign in again. */
  ended: boolean;
}

/** Undefined until the gateway has answered. */
export const session = new Store<Session | undefined>(undefined);

/** Whether this person is the one who is signed in, as far as this page knows. */
export function isHere(principal: string): boolean {
  const now = session.get();
  return now !== undefined && now.principal === principal && !now.ended;
}

/** Takes what the gateway says of the session. What waits goes on for the same person alone. */
export function began(answer: SessionAnswer): void {
  const same = session.get()?.principal === answer.principal;
  session.set({ ...answer, ended: false });
  for (const go of waiting.splice(0)) go(same);
}

/** Notes that the gateway no longer knows the session; resolves to whether there is a new one of the same person. */
export function ended(): Promise<boolean> {
  const now = session.get();
  if (now === undefined || now.principal === "") return Promise.resolve(false);
  if (!now.ended) session.set({ ...now, ended: true });
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

/** Gives up what waits for a new session: the person leaves for the sign-in page. */
export function leave(): void {
  const now = session.get();
  if (now !== undefined) {
    const { user: _, role: __, ...rest } = now;
    session.set({ ...rest, principal: "", csrf: "", ended: false });
  }
  for (const go of waiting.splice(0)) go(false);
}

const waiting: ((again: boolean) => void)[] = [];
