import { keptUnsent, unsent } from "../api/unsent";
import { useSession } from "./useSession";
import { useStore } from "./useStore";

/** How many decisions of whoever is here wait to be sent from this tab. */
export function useUnsent(): number {
  const { session } = useSession();
  const known = useStore(unsent);
  const principal = session?.principal ?? "";
  return known.get(principal) ?? keptUnsent(principal);
}
