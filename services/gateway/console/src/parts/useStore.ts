import { useSyncExternalStore } from "react";
import type { Store } from "../api/store";

/** The value of a store, kept fresh. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
