import { CircleAlert, Keyboard, Menu as MenuIcon, PlugZap, Radio, X } from "lucide-react";
import { type ComponentType, type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { live } from "../api/events";
import { network } from "../api/network";
import { leave } from "../api/session";
import type { Role } from "../domain/roles";
import type { ShellWords } from "../words/en/shell";
import { useLanguage } from "../words/language";
import { useShellWords } from "../words/shell";
import { Button, IconButton } from "./Button";
import { Dialog } from "./Dialog";
import { KeysDialog } from "./KeysDialog";
import { keyLabel, useKeySettings, useKeys } from "./keys";
import { Settings } from "./Settings";
import { SignInForm } from "./SignInForm";
import { useStatus } from "./status";
import { useLate } from "./useLate";
import { useSession } from "./useSession";
import { useStore } from "./useStore";
import "./Shell.css";

/** An entry of the navigation. */
export interface Entry {
  path: string;
  name: keyof ShellWords["pages"];
  icon: ComponentType<{ "aria-hidden"?: "true" }>;
  /** The letter after `g`. */
  letter: string;
  least: Role;
}

const GO_MS = 1500;

/** What stands around every page: the pages there are, and the status line. */
export function Shell({ entries, children }: { entries: readonly Entry[]; children: ReactNode }) {
  const words = useShellWords();
  const { may } = useSession();
  const [path, navigate] = useLocation();
  const [listed, setListed] = useState(false);
  const [opened, setOpened] = useState(false);
  const going = useRef(0);
  const shown = entries.filter((entry) => may(entry.least));
  const search = () => {
    const own = document.querySelector<HTMLInputElement>("main [data-search]");
    if (own !== null) own.focus();
    else navigate("/search");
  };
  useKeys(
    [
      { id: "list", key: "?", does: words.keys.list, run: () => setListed(true) },
      { id: "search", key: "/", does: words.keys.search, run: search },
      { id: "go", key: "g", does: words.keys.go, run: () => (going.current = Date.now()) },
    ],
    "general",
  );
  useGoing(going, shown, navigate);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu
  useEffect(() => setOpened(false), [path]);

  return (
    <div className={opened ? "shell shell-opened" : "shell"}>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="shell-bar">
        <IconButton
          label={opened ? words.close : words.menu}
          icon={opened ? <X /> : <MenuIcon />}
          onPress={() => setOpened(!opened)}
          aria-expanded={opened}
        />
        <Link href="/" className="shell-mark">
          <Mark />
          {words.product}
        </Link>
      </header>
      <nav className="shell-nav" aria-label={words.navigation}>
        <Link href="/" className="shell-mark" aria-label={`${words.product}: ${words.pages.home}`}>
          <Mark />
          <span>{words.product}</span>
        </Link>
        <ul>
          {shown.map((entry) => (
            <li key={entry.path}>
              <Link
                href={entry.path}
                className="shell-entry"
                aria-current={isIn(path, entry.path) ? "page" : undefined}
                title={`${words.pages[entry.name]} (G ${keyLabel(entry.letter)})`}
              >
                <entry.icon aria-hidden="true" />
                <span>{words.pages[entry.name]}</span>
              </Link>
            </li>
          ))}
        </ul>
        <Settings onKeys={() => setListed(true)} />
      </nav>
      <main id="content" className="shell-main" tabIndex={-1}>
        {children}
      </main>
      <StatusLine onKeys={() => setListed(true)} />
      <KeysDialog open={listed} onClose={() => setListed(false)} />
      <Ended />
    </div>
  );
}

function isIn(path: string, page: string): boolean {
  return page === "/" ? path === "/" : path === page || path.startsWith(`${page}/`);
}

/** After `g`, the letter of a page goes there. */
function useGoing(going: { current: number }, entries: readonly Entry[], navigate: (path: string) => void): void {
  const latest = useRef(entries);
  latest.current = entries;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (Date.now() - going.current > GO_MS || event.ctrlKey || event.metaKey || event.altKey) return;
      const entry = latest.current.find((one) => one.letter === event.key.toLowerCase());
      if (event.key.toLowerCase() !== "g") going.current = 0;
      if (entry === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      navigate(entry.path);
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  }, [going, navigate]);
}

function Mark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className="mark">
      <path d="M2 6.500V4a2 2 0 0 1 2-2h2.500M13.500 2H16a2 2 0 0 1 2 2v2.500M18 13.500V16a2 2 0 0 1-2 2h-2.500M6.500 18H4a2 2 0 0 1-2-2v-2.500" />
      <circle cx="10" cy="10" r="2.500" />
    </svg>
  );
}

/** What was done last, with Undo; that the gateway is away; what kind of mesh this is. */
function StatusLine({ onKeys }: { onKeys: () => void }) {
  const words = useShellWords();
  const language = useLanguage();
  const { said, say, warn, clear } = useStatus();
  const { session } = useSession();
  const { awaySince } = useStore(network);
  const quiet = useLate(useStore(live) === false, 5000);
  const { on } = useKeySettings();
  const since =
    awaySince === undefined ? "" : new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(awaySince);
  const undo = async () => {
    try {
      const done = await said?.undo?.();
      if (done !== false) say(typeof done === "string" ? done : words.status.undone);
    } catch (error) {
      warn(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section className="status" aria-label={words.status.line}>
      <div className="status-said" aria-live="polite">
        {said !== undefined && (
          <>
            <span className={said.weight === "bad" ? "one-line sentence-bad" : "one-line"} title={said.sentence}>
              {said.sentence}
            </span>
            {said.undo !== undefined && (
              <Button look="bare" onPress={() => void undo()}>
                {words.undo}
              </Button>
            )}
            {said.weight === "bad" && <IconButton label={words.close} icon={<X />} onPress={clear} />}
          </>
        )}
      </div>
      <div className="status-mesh" aria-live="polite">
        {awaySince !== undefined ? (
          <span className="status-bad" title={words.status.away(since)}>
            <PlugZap aria-hidden="true" />
            <span className="one-line">{words.status.away(since)}</span>
          </span>
        ) : (
          quiet && (
            <span className="status-wait" title={words.status.quiet}>
              <Radio aria-hidden="true" />
              <span className="one-line">{words.status.quiet}</span>
            </span>
          )
        )}
        {session?.mode === "local" && awaySince === undefined && (
          <span className="status-wait" title={words.status.local}>
            <CircleAlert aria-hidden="true" />
            <span className="one-line">{words.status.local}</span>
          </span>
        )}
      </div>
      <button type="button" className="status-keys" onClick={onKeys} title={on ? words.keys.title : words.keys.off}>
        <Keyboard aria-hidden="true" />
        <span aria-hidden="true">
          <kbd>?</kbd>
        </span>
        <span className="for-readers">{words.keys.title}</span>
      </button>
    </section>
  );
}

/** A session that has ended: signing in again lets everything that waits go on. */
function Ended() {
  const words = useShellWords();
  const { session } = useSession();
  const [, navigate] = useLocation();
  return (
    <Dialog
      title={words.ended.title}
      open={session?.ended === true}
      firm
      onClose={() => undefined}
      actions={
        <Button
          look="bare"
          onPress={() => {
            leave();
            navigate("/sign-in");
          }}
        >
          {words.ended.leave}
        </Button>
      }
    >
      <p>{words.ended.text}</p>
      <SignInForm login={session?.user?.login ?? ""} />
    </Dialog>
  );
}
