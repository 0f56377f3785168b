/**
 * Keys: pages say which they have, `?` lists them. Single letters never work while somebody writes or a dialog
 * is open, and can be switched off or given other keys (WCAG 2.2, 2.1.4).
 */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";

export interface KeyBinding {
  /** Name of what it does, unique in the console: `review.accept`. A person's own key is kept by it. */
  id: string;
  /** As `KeyboardEvent.key`; letters in lower case. `Shift+` before it where it needs that. */
  key: string;
  /** What it does, for the list of keys. */
  does: string;
  run: (event: KeyboardEvent) => void;
  /** Whether a held key runs it again and again. */
  repeats?: boolean;
  /** Works also where a control has the focus, which would take Enter or Space itself. */
  everywhere?: boolean;
}

interface Keys {
  bindings: readonly KeyBinding[];
  general: readonly KeyBinding[];
  on: boolean;
  setOn: (on: boolean) => void;
  /** The key of a binding: the person's own, or the one it came with. */
  keyOf: (binding: Pick<KeyBinding, "id" | "key">) => string;
  remap: (id: string, key: string | undefined) => void;
  reset: () => void;
  add: (bindings: readonly KeyBinding[], place: "page" | "general") => () => void;
  pause: () => () => void;
}

const Context = createContext<Keys | undefined>(undefined);
const SETTING = "framewell-keys";

interface Setting {
  on: boolean;
  own: Record<string, string>;
}

function kept(): Setting {
  try {
    const read = JSON.parse(localStorage.getItem(SETTING) ?? "{}") as Partial<Setting>;
    return { on: read.on ?? true, own: read.own ?? {} };
  } catch {
    return { on: true, own: {} };
  }
}

/** What a key event is called in a binding. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "shiftKey">): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  return event.shiftKey && (isLetter || key.length > 1) ? `Shift+${key}` : key;
}

export function KeysProvider({ children }: { children: ReactNode }) {
  const [setting, setSetting] = useState(kept);
  const [added, setAdded] = useState<readonly { bindings: readonly KeyBinding[]; place: "page" | "general" }[]>([]);
  const paused = useRef(0);

  const keys = useMemo<Keys>(() => {
    const change = (next: Setting) => {
      localStorage.setItem(SETTING, JSON.stringify(next));
      setSetting(next);
    };
    return {
      bindings: added.filter((one) => one.place === "page").flatMap((one) => one.bindings),
      general: added.filter((one) => one.place === "general").flatMap((one) => one.bindings),
      on: setting.on,
      setOn: (on) => change({ ...setting, on }),
      keyOf: ({ id, key }) => setting.own[id] ?? key,
      remap: (id, key) => {
        const { [id]: _, ...own } = setting.own;
        change({ ...setting, own: key === undefined ? own : { ...own, [id]: key } });
      },
      reset: () => change({ ...setting, own: {} }),
      add: (bindings, place) => {
        const entry = { bindings, place };
        setAdded((now) => [...now, entry]);
        return () => setAdded((now) => now.filter((one) => one !== entry));
      },
      pause: () => {
        paused.current += 1;
        return () => {
          paused.current -= 1;
        };
      },
    };
  }, [added, setting]);

  useRunning(keys, paused);
  return <Context.Provider value={keys}>{children}</Context.Provider>;
}

/** Runs what a key is bound to, of the page or of all pages, while nothing is open over them. */
function useRunning(keys: Keys, paused: { readonly current: number }): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOfInputMethod(event)) return;
      if (paused.current > 0 || !latest.current.on || writes(event.target)) return;
      const { bindings, general, keyOf } = latest.current;
      const name = nameOf(event);
      // The newest part of a page comes first: a list within it may have the same key.
      const found = [...general, ...bindings].reverse().find((one) => keyOf(one) === name);
      if (found === undefined || (event.repeat && !found.repeats)) return;
      if (takesIt(event.target, event.key) && !found.everywhere) return;
      event.preventDefault();
      found.run(event);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [paused]);
}

/** Whether a key goes to an input method; the one that ends its writing says so by its code alone. */
function isOfInputMethod(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether keys at this element are text, or belong to a dialog or a menu. */
function writes(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null) return true;
  const field = target.closest("input, textarea, select, [contenteditable]");
  if (field === null) return false;
  return !(field instanceof HTMLInputElement && ["checkbox", "radio", "button"].includes(field.type));
}

/** Whether the focused control would do something by this key itself. */
function takesIt(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (key !== "Enter" && key !== " ") return false;
  return target.closest("a[href], button, [role=button], [role=checkbox], [role=switch], input") !== null;
}

export function useKeySettings(): Keys {
  const keys = useContext(Context);
  if (keys === undefined) throw new Error("keys outside KeysProvider");
  return keys;
}

/** The key that runs a binding now; undefined while the page does not have it, or single keys are off. */
export function useKeyOf(id: string): string | undefined {
  const { bindings, general, keyOf, on } = useKeySettings();
  const found = [...bindings, ...general].find((one) => one.id === id);
  return on && found !== undefined ? keyOf(found) : undefined;
}

/** Gives a page, or a part of it, its keys for as long as it is shown. Bindings may be made anew at every render. */
export function useKeys(bindings: readonly KeyBinding[], place: "page" | "general" = "page"): void {
  const { add } = useKeySettings();
  const latest = useRef(bindings);
  latest.current = bindings;
  const addLatest = useRef(add);
  // What is shown of them decides whether they are listed anew, not the functions, which are always the latest.
  const shown = bindings.map(({ id, key, does }) => `${id}\t${key}\t${does}`).join("\n");
  // Before the browser paints: whoever sees the page can press its keys.
  useLayoutEffect(() => {
    if (shown === "") return;
    const running = latest.current.map((one) => ({
      ...one,
      run: (event: KeyboardEvent) => latest.current.find(({ id }) => id === one.id)?.run(event),
    }));
    return addLatest.current(running, place);
  }, [shown, place]);
}

/** Lets keys rest while something is open over the page. */
export function useKeysRest(resting: boolean): void {
  const { pause } = useKeySettings();
  const rest = useRef(pause);
  useEffect(() => (resting ? rest.current() : undefined), [resting]);
}

/** A key as people know it. */
export function keyLabel(key: string): string {
  const names: Record<string, string> = {
    " ": "␣",
    ArrowUp: "↑",
    ArrowDown: "↓",
    ArrowLeft: "←",
    ArrowRight: "→",
    Enter: "↵",
    Escape: "Esc",
  };
  return key
    .split("+")
    .map((part) => (part === "Shift" ? "⇧" : (names[part] ?? part.toUpperCase())))
    .join(" ");
}
