import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { TableHead, TableRow } from "./TableRow";
import { focusSoon, useTableKeys } from "./useTableKeys";
import "./VirtualTable.css";

export interface Column<T> {
  id: string;
  label: string;
  /** A track of CSS grid: `7rem`, `minmax(12rem, 1fr)`. */
  track: string;
  render: (item: T) => ReactNode;
  /** Shown from so many CSS pixels of the table's width. */
  from?: number;
  /** Shown below so many. */
  below?: number;
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
  /** `undefined` where an item is not loaded: its place is kept. */
  items: readonly (T | undefined)[];
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
  /** Places of the first and the last item that are drawn, whenever they change. */
  onSeen?: (first: number, last: number) => void;
  /** Words for the list of keys. */
  keyWords: { next: string; previous: string; open: string };
  /** Names of its keys, unique in the console. */
  id: string;
}

const NEAR = 30;

/** A table of which only the rows in sight are drawn: J and K go along it, Enter opens. */
export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { items, keyOf, chosen, columns, rowHeight = 32 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const shown = columns.filter(({ from = 0, below = Number.POSITIVE_INFINITY }) => from <= width && width < below);
  const rows = useRows(props, scroller);
  const drawn = rows.getVirtualItems();
  const at = chosen === undefined ? -1 : items.findIndex((item) => item !== undefined && keyOf(item) === chosen);
  const move = useTableKeys(props, at, scroller, rows);
  const template = shown.map((column) => column.track).join(" ");
  const tabbed = at >= 0 && drawn.some((row) => row.index === at) ? at : drawn[0]?.index;
  const kept = useKept(shown);
  const { choose, open } = useChoosing(props, scroller);

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
          <TableHead key={column.id} column={column} sorting={props.sorting} />
        ))}
      </div>
      <div className="table-rows" role="presentation" style={{ blockSize: rows.getTotalSize() }}>
        {drawn.map((row) => (
          <TableRow
            key={row.key}
            item={items[row.index]}
            name={String(row.key)}
            index={row.index}
            columns={kept}
            style={{ gridTemplateColumns: template, blockSize: rowHeight, transform: `translateY(${row.start}px)` }}
            isChosen={row.key === chosen}
            isTabbed={row.index === tabbed}
            onChoose={choose}
            onOpen={open}
          />
        ))}
      </div>
    </div>
  );
}

/** Which rows are drawn; says so, and when the end comes near. */
function useRows<T>(props: VirtualTableProps<T>, scroller: RefObject<HTMLDivElement | null>) {
  const { items, keyOf, rowHeight = 32, onNearEnd, onSeen } = props;
  const rows = useVirtualizer<HTMLDivElement, Element>({
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
  const first = drawn[0]?.index ?? 0;
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (items.length > 0 && last >= items.length - NEAR) onNearEnd?.();
  }, [last, items.length, onNearEnd]);
  useEffect(() => onSeen?.(first, last), [first, last, onSeen]);
  return rows;
}

/** The same columns as long as they are the same: rows compare them by identity. */
function useKept<T>(columns: readonly Column<T>[]): readonly Column<T>[] {
  const kept = useRef(columns);
  const isSame =
    columns.length === kept.current.length && columns.every((column, place) => column === kept.current[place]);
  if (!isSame) kept.current = columns;
  return kept.current;
}

/** What rows call; the same functions at every render. */
function useChoosing<T>(props: VirtualTableProps<T>, scroller: RefObject<HTMLDivElement | null>) {
  const latest = useRef(props);
  latest.current = props;
  const choose = useCallback(
    (key: string, focus: boolean) => {
      if (key !== latest.current.chosen) latest.current.onChoose(key);
      if (focus) focusSoon(scroller, key);
    },
    [scroller],
  );
  const open = useCallback((item: T) => latest.current.onOpen(item), []);
  return { choose, open };
}

function useWidth(element: RefObject<HTMLElement | null>): number {
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
