import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useShellWords } from "../words/shell";
import "./Page.css";

/** A page: its title for the tab and as heading, which has the focus when somebody comes here; its actions beside it. */
export function Page({
  title,
  note,
  actions,
  tools,
  children,
  whole = false,
}: {
  title: string;
  /** A few words beside the title, such as how many there are. */
  note?: ReactNode;
  actions?: ReactNode;
  /** Search, filters and sorting, in a line of their own below the title. */
  tools?: ReactNode;
  children: ReactNode;
  /** Fills the window, and scrolls inside: lists and the player. */
  whole?: boolean;
}) {
  const words = useShellWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title === words.product ? title : `${title} – ${words.product}`;
  }, [title, words.product]);
  const [path] = useLocation();
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  // Another address on the same page: what had the focus may be gone with what it showed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the address changes
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div className={whole ? "page page-whole" : "page"}>
      <header className="page-head">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1} className="foreign">
            {title}
          </h1>
          {note !== undefined && <div className="soft">{note}</div>}
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </header>
      {tools !== undefined && <div className="page-tools">{tools}</div>}
      <div className="page-content">{children}</div>
    </div>
  );
}
