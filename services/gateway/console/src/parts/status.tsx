import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

/** The last thing that was done, as the status line says it. */
export interface Said {
  sentence: string;
  /** Takes it back; the line offers it until the next thing is said. Its sentence is said, `false` says it failed. */
  undo?: (() => unknown) | undefined;
  weight: "calm" | "bad";
}

interface Status {
  said: Said | undefined;
  /** Says what was done. */
  say: (sentence: string, undo?: Said["undo"]) => void;
  /** Says what could not be done, and why. */
  warn: (sentence: string) => void;
  clear: () => void;
}

const Context = createContext<Status | undefined>(undefined);

export function StatusProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<Said>();
  const status = useMemo(
    () => ({
      said,
      say: (sentence: string, undo?: Said["undo"]) => setSaid({ sentence, undo, weight: "calm" }),
      warn: (sentence: string) => setSaid({ sentence, weight: "bad" }),
      clear: () => setSaid(undefined),
    }),
    [said],
  );
  return <Context.Provider value={status}>{children}</Context.Provider>;
}

/** The status line: nothing pops up over the work. */
export function useStatus(): Status {
  const status = useContext(Context);
  if (status === undefined) throw new Error("useStatus outside StatusProvider");
  return status;
}
