import { type RefObject, useEffect, useState } from "react";

/**
 * Lets an element fill the whole window, and the window the screen where the browser allows it. What lies below
 * is out of reach meanwhile; dialogs, which come later, are not. Escape, or the browser's own way, ends it.
 */
export function useFullWindow(place: RefObject<HTMLElement | null>) {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const left = () => document.fullscreenElement === null && setFull(false);
    document.addEventListener("fullscreenchange", left);
    return () => document.removeEventListener("fullscreenchange", left);
  }, []);
  useEffect(() => {
    if (!full || place.current === null) return;
    const covered = besides(place.current).filter((one) => !one.inert);
    for (const one of covered) one.inert = true;
    document.documentElement.requestFullscreen?.().catch(() => {}); // then it fills the window alone
    return () => {
      for (const one of covered) one.inert = false;
      if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => {});
    };
  }, [full, place]);
  return { full, toggle: () => setFull((now) => !now), leave: () => setFull(false) };
}

/** Every element of the page that is neither above the element nor within it. */
function besides(element: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let one: HTMLElement | null = element; one !== null && one !== document.body; one = one.parentElement) {
    for (const sister of one.parentElement?.children ?? []) {
      if (sister !== one && sister instanceof HTMLElement) found.push(sister);
    }
  }
  return found;
}
