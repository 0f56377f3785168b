/** Who uses the console: asked at start, ended by any answer 401, begun again without leaving the page. */

import type { Role } from "../domain/roles";
import { Store } from "./store";

/** As `GET /v1/session` answers. */
export interface SessionAnswer {
  mode: "local" | "users" | "tokens";
  setup_open: boolean;
  user?: { user_id: string; login: string; name: string; role: string; state: string };
  principal: string;
  role?: string;
  by?: string;
  csrf: string;
  idle_until?: string;
  ends_at?: string;
  oidc: string;
}

export interface Session extends Omit<SessionAnswer, "role"> {
  role: Role | undefined;
  /** Somebody was signed in and is no longer: the page stays, a dialog asks to sign in again. */
  ended: boolean;
}

/** Undefined until the gateway has answered. */
export const session = new Store<Session | undefined>(undefined);

/** Takes what the gateway says of the session. */
export function began(answer: SessionAnswer): void {
  session.set({ ...answer, role: answer.role as Role | undefined, ended: false });
  for (const go of waiting.splice(0)) go(true);
}

/** Notes that the gateway no longer knows the session; resolves to whether there is a new one. */
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
  if (now !== undefined)
    session.set({ ...now, user: undefined, principal: "", role: undefined, csrf: "", ended: false });
  for (const go of waiting.splice(0)) go(false);
}

const waiting: ((again: boolean) => void)[] = [];
