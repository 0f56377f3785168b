import { session } from "../api/session";
import { includes, type Role } from "../domain/roles";
import { useStore } from "./useStore";

/** Who uses the console, and whether they may do what takes a role: `may("curator")`. */
export function useSession() {
  const now = useStore(session);
  return { session: now, may: (least: Role) => includes(now?.role, least) };
}
