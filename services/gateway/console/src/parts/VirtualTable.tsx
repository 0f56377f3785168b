import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useKeys } from "./keys";
import "./VirtualTable.css";

export interface Column<T> {
  id: string;
  label: string;
  /** A track of CSS grid: `7rem`, `minmax(12rem, 1fr)`. */
  track: string;
  render: (item: T) => ReactNode;
  /** Shown from so many CSS pixels of the table's width. */
  from?: number;
  align?: "end";
  /** Whether lists can be sorted by it. */
  sorts?: boolean;
  /** The label is read, not shown. */
  labelHidden?: boolean;
}

export interface Sorting {
  by: string;
  descending: boolean;
  onSort: (by: string, descending: boolean) => void;
}

export interface VirtualTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
  rowHeight?: number;
  /** How many there are in all, loaded or not. */
  total?: number;
  sorting?: Sorting;
  /** The chosen row, and what takes another. */
  chosen: string | undefined;
  onChoose: (key: string) => void;
  onOpen: (item: T) => void;
  /** The end of what is loaded comes near: load more. */
  onNearEnd?: () => void;
  /** Words for the list of keys. */
  keyWords: { next: string; previous: string; open: string };
  /** Names of its keys, unique in the console. */
  id: string;
}

const NEAR = 30;

/** A table of which only the rows in sight are drawn: J and K go along it, Enter opens. */
export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { items, keyOf, chosen, onChoose, onOpen, columns, rowHeight = 32, sorting } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const shown = columns.filter((column) => column.from === undefined || width >= column.from);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
  });
  const drawn = rows.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  const nearEnd = props.onNearEnd;
  useEffect(() => {
    if (items.length > 0 && last >= items.length - NEAR) nearEnd?.();
  }, [last, items.length, nearEnd]);

  const at = chosen === undefined ? -1 : items.findIndex((item) => keyOf(item) === chosen);
  const go = (index: number) => {
    const item = items[Math.max(0, Math.min(index, items.length - 1))];
    if (item === undefined) return;
    onChoose(keyOf(item));
    rows.scrollToIndex(items.indexOf(item));
    focusSoon(scroller, keyOf(item));
  };
  const open = () => {
    const item = items[at];
    if (item !== undefined) onOpen(item);
  };
  useKeys([
    { id: `${props.id}.next`, key: "j", does: props.keyWords.next, run: () => go(at + 1), repeats: true },
    {
      id: `${props.id}.previous`,
      key: "k",
      does: props.keyWords.previous,
      run: () => go(at < 0 ? 0 : at - 1),
      repeats: true,
    },
    { id: `${props.id}.open`, key: "Enter", does: props.keyWords.open, run: open },
  ]);
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(next);
  };
  const template = shown.map((column) => column.track).join(" ");
  const tabbed = at >= 0 && drawn.some((row) => row.index === at) ? at : drawn[0]?.index;

  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not in the document, so it is no <table>
    <div
      ref={scroller}
      className="table"
      role="grid"
      aria-label={props.label}
      aria-rowcount={(props.total ?? items.length) + 1}
      onKeyDown={move}
      tabIndex={items.length === 0 ? 0 : -1}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its sorting buttons have the focus */}
      <div className="table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {shown.map((column) => (
          <Head key={column.id} column={column} sorting={sorting} />
        ))}
      </div>
      <div className="table-rows" role="presentation" style={{ blockSize: rows.getTotalSize() }}>
        {drawn.map((row) => {
          const item = items[row.index];
          if (item === undefined) return null;
          const key = keyOf(item);
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys
            <div
              key={row.key}
              role="row"
              data-row={key}
              tabIndex={row.index === tabbed ? 0 : -1}
              aria-rowindex={row.index + 2}
              aria-selected={key === chosen}
              className="table-row"
              style={{ gridTemplateColumns: template, blockSize: rowHeight, transform: `translateY(${row.start}px)` }}
              onFocus={(event) => event.target === event.currentTarget && key !== chosen && onChoose(key)}
              onClick={() => {
                onChoose(key);
                focusSoon(scroller, key);
              }}
              onDoubleClick={() => onOpen(item)}
            >
              {shown.map((column) => (
                // biome-ignore lint/a11y/useSemanticElements: as above
                // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus
                <div key={column.id} role="gridcell" className={column.align === "end" ? "cell cell-end" : "cell"}>
                  {column.render(item)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head<T>({ column, sorting }: { column: Column<T>; sorting: Sorting | undefined }) {
  const sorted = sorting?.by === column.id;
  const label = column.labelHidden ? <span className="for-readers">{column.label}</span> : column.label;
  return (
    // biome-ignore lint/a11y/useSemanticElements: as in the table
    // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
    <div
      role="columnheader"
      className={column.align === "end" ? "cell cell-end" : "cell"}
      aria-sort={sorted ? (sorting.descending ? "descending" : "ascending") : undefined}
    >
      {column.sorts && sorting !== undefined ? (
        <button
          type="button"
          className="table-sort"
          onClick={() => sorting.onSort(column.id, sorted ? !sorting.descending : false)}
        >
          {label}
          {sorted && (sorting.descending ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />)}
        </button>
      ) : (
        label
      )}
    </div>
  );
}

/** Gives a row the focus once it is drawn. */
function focusSoon(scroller: { current: HTMLElement | null }, key: string): void {
  requestAnimationFrame(() => {
    const rows = scroller.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
    for (const row of rows) if (row.dataset.row === key) row.focus({ preventScroll: true });
  });
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(1000);
  useLayoutEffect(() => {
    if (element.current === null) return;
    setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(([entry]) => entry !== undefined && setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
