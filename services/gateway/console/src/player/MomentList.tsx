import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import "./MomentList.css";

export interface ListedMoment {
  id: string;
  pts: number;
  /** What it is, for people. */
  label: ReactNode;
  /** Beside it; made when it comes into sight. */
  note?: ReactNode | (() => ReactNode);
}

/**
 * Moments of a programme one below the other, of which only those in sight are drawn: a click goes there. The
 * one that is `current` is marked, and stays in sight while it changes by itself.
 */
export function MomentList({
  label,
  moments,
  timeOf,
  onGo,
  current,
  rowHeight = 36,
}: {
  label: string;
  moments: readonly ListedMoment[];
  timeOf: (pts: number) => string;
  onGo: (moment: ListedMoment) => void;
  current?: string | undefined;
  rowHeight?: number;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: moments.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    getItemKey: (index) => moments[index]?.id ?? index,
  });
  const at = current === undefined ? -1 : moments.findIndex((one) => one.id === current);
  const follow = useRef(rows);
  follow.current = rows;
  useEffect(() => {
    const list = scroller.current;
    if (at >= 0 && list !== null && !list.contains(document.activeElement) && !list.matches(":hover"))
      follow.current.scrollToIndex(at, { align: "center" });
  }, [at]);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    if (by === undefined || row === null) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(Math.max(Number(row.dataset.index) + by, 0), moments.length - 1);
    rows.scrollToIndex(next);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] button`)?.focus({ preventScroll: true }),
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not in the document
    <div ref={scroller} className="moments" role="list" aria-label={label} onKeyDown={move}>
      <div role="presentation" style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((row) => {
          const moment = moments[row.index];
          if (moment === undefined) return null;
          const isCurrent = moment.id === current;
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              role="listitem"
              aria-posinset={row.index + 1}
              aria-setsize={moments.length}
              className="moment-row"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <button
                type="button"
                className={isCurrent ? "moment moment-current" : "moment"}
                aria-current={isCurrent ? "time" : undefined}
                onClick={() => onGo(moment)}
              >
                <span className="moment-time">{timeOf(moment.pts)}</span>
                <span className="moment-label foreign" dir="auto">
                  {moment.label}
                </span>
                {moment.note !== undefined && (
                  <span className="moment-note small soft">
                    {typeof moment.note === "function" ? moment.note() : moment.note}
                  </span>
                )}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
