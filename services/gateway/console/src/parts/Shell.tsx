import { Menu as MenuIcon, X } from "lucide-react";
import { type ComponentType, type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { leave } from "../api/session";
import type { Role } from "../domain/roles";
import { type ShellWords, useShellWords } from "../words/shell";
import { Button, IconButton } from "./Button";
import { Dialog } from "./Dialog";
import { KeysDialog } from "./KeysDialog";
import { keyLabel, useKeys } from "./keys";
import { Settings } from "./Settings";
import { SignInForm } from "./SignInForm";
import { StatusLine } from "./StatusLine";
import { useSession } from "./useSession";
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
  const [path] = useLocation();
  const [listed, setListed] = useState(false);
  const [opened, setOpened] = useState(false);
  const shown = entries.filter((entry) => may(entry.least));
  const list = () => setListed(true);
  useGeneralKeys(shown, list);
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
      <Navigation entries={shown} path={path} onKeys={list} />
      <main id="content" className="shell-main" tabIndex={-1}>
        {children}
      </main>
      <StatusLine onKeys={list} />
      <KeysDialog
        open={listed}
        onClose={() => setListed(false)}
        letters={shown.map((entry) => ({ letter: entry.letter, page: words.pages[entry.name] }))}
      />
      <Ended />
    </div>
  );
}

function Navigation({ entries, path, onKeys }: { entries: readonly Entry[]; path: string; onKeys: () => void }) {
  const words = useShellWords();
  return (
    <nav className="shell-nav" aria-label={words.navigation}>
      <Link href="/" className="shell-mark" aria-label={`${words.product}: ${words.pages.home}`}>
        <Mark />
        <span>{words.product}</span>
      </Link>
      <ul>
        {entries.map((entry) => (
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
      <Settings onKeys={onKeys} />
    </nav>
  );
}

/** Keys that work on every page. */
function useGeneralKeys(entries: readonly Entry[], list: () => void): void {
  const words = useShellWords().keys;
  const [, navigate] = useLocation();
  const going = useRef(0);
  const search = () => {
    const own = document.querySelector<HTMLInputElement>("main [data-search]");
    if (own !== null) own.focus();
    else navigate("/search");
  };
  useKeys(
    [
      { id: "list", key: "?", does: words.list, run: list },
      { id: "search", key: "/", does: words.search, run: search },
      { id: "go", key: "g", does: words.go, run: () => (going.current = Date.now()) },
    ],
    "general",
  );
  useGoing(going, entries, navigate);
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

/** A session that has ended: signing in again lets everything that waits go on. */
function Ended() {
  const words = useShellWords();
  const { session } = useSession();
  const [, navigate] = useLocation();
  return (
    <Dialog
      title={words.ended.title}
      open={session?.ended === true}
      signedOut
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
