import { useEffect, useState } from "react";
import type { Playback } from "./playback";
import type { TextSource } from "./texts";

const SETTING = "framewell-texts";

/** Which text is shown over the picture; that one is shown is kept for the next programme, which may have others. */
export function useTexts(playback: Playback | undefined, sources: readonly TextSource[]) {
  const [on, setOn] = useState(() => localStorage.getItem(SETTING) === "on");
  const [preferred, setPreferred] = useState("");
  const chosen = sources.find((one) => one.id === preferred) ?? sources[0];
  const shown = on ? chosen : undefined;
  const address = shown?.address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a text is the same as long as its address is
  useEffect(() => {
    playback?.texts.choose(shown);
  }, [playback, address]);
  const set = (next: boolean) => {
    localStorage.setItem(SETTING, next ? "on" : "off");
    setOn(next);
  };
  return {
    /** The one that is shown; undefined for none. */
    shown,
    toggle: () => sources.length > 0 && set(!on),
    /** Shows the text of an id; "" shows none. */
    choose: (id: string) => {
      if (id !== "") setPreferred(id);
      set(id !== "");
    },
  };
}
