import { ArrowDown, ArrowUp } from "lucide-react";
import { type CSSProperties, memo } from "react";
import type { Column, Sorting } from "./VirtualTable";

export interface RowProps<T> {
  /** Undefined where it is not loaded: its place is kept. */
  item: T | undefined;
  name: string;
  index: number;
  columns: readonly Column<T>[];
  style: CSSProperties;
  isChosen: boolean;
  isTabbed: boolean;
  onChoose: (key: string, focus: boolean) => void;
  onOpen: (item: T) => void;
}

function Row<T>({ item, name, index, columns, style, isChosen, isTabbed, onChoose, onOpen }: RowProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not in the document, so it is no <table>
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys
    <div
      role="row"
      data-row={name}
      tabIndex={isTabbed ? 0 : -1}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      aria-busy={item === undefined || undefined}
      className="table-row"
      style={style}
      onFocus={(event) => event.target === event.currentTarget && item !== undefined && onChoose(name, false)}
      onClick={() => item !== undefined && onChoose(name, true)}
      onDoubleClick={() => item !== undefined && onOpen(item)}
    >
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus
        <div key={column.id} role="gridcell" className={column.align === "end" ? "cell cell-end" : "cell"}>
          {item === undefined ? <span className="table-wait" /> : column.render(item)}
        </div>
      ))}
    </div>
  );
}

/** A row, drawn anew only where something of it changed: scrolling moves rows, and does not make them. */
export const TableRow = memo(Row, (before, after) => {
  const { style, ...rest } = before;
  const { style: other, ...others } = after;
  return (
    style.transform === other.transform &&
    style.gridTemplateColumns === other.gridTemplateColumns &&
    style.blockSize === other.blockSize &&
    Object.entries(rest).every(([name, value]) => Object.is(value, others[name as keyof typeof others]))
  );
}) as typeof Row;

/** The label of a column, which sorts by it where the list can. */
export function TableHead<T>({ column, sorting }: { column: Column<T>; sorting: Sorting | undefined }) {
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
