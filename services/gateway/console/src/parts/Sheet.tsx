import type { ReactNode } from "react";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import type { Paged } from "./useNextPage";
import "./Sheet.css";

export interface SheetColumn<T> {
  id: string;
  label: string;
  render: (item: T) => ReactNode;
  align?: "end";
  /** `whole`: a word or a code, which stays in one line; `wide`: long text, which gets more room where there is little. */
  fit?: "whole" | "wide";
  /** The label is read, not shown. */
  labelHidden?: boolean;
}

/** From this many columns on, a row of a small window stands as a list of its fields. */
const STACKED_FROM = 3;

/**
 * A table as people print it: every row is there, long words wrap. A small window shows the fields of a row below
 * each other, so that what can be done with it is in sight; a narrow table scrolls by itself.
 */
export function Sheet<T>({
  label,
  columns,
  rows,
  keyOf,
  more,
}: {
  label: string;
  columns: readonly SheetColumn<T>[];
  rows: readonly T[];
  keyOf: (row: T, index: number) => string;
  /** Loads further rows, where there are any. */
  more?: Paged;
}) {
  const words = useShellWords();
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: no fields are in it */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls has to be reached by keys */}
      <div className="sheet" data-stacks={columns.length >= STACKED_FROM} role="group" aria-label={label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.id} scope="col" className={column.align === "end" ? "number" : undefined}>
                  {column.labelHidden ? <span className="for-readers">{column.label}</span> : column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={keyOf(row, index)}>
                {columns.map((column) => (
                  <td
                    key={column.id}
                    className={column.align === "end" ? "number" : ["foreign", column.fit].filter(Boolean).join(" ")}
                    data-label={column.labelHidden ? undefined : column.label}
                  >
                    <div>{column.render(row)}</div>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more?.hasNextPage && (
        <div className="sheet-more">
          <Button onPress={() => void more.fetchNextPage()} isDisabled={more.isFetchingNextPage}>
            {words.more}
          </Button>
        </div>
      )}
    </>
  );
}
