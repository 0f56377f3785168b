import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from "react";
import "./MomentList.css";

export interface ListedMoment {
  id: string;
  pts: number;
  /** What it is, for people. */
  label: ReactNode;
  /** Beside it; made when it comes into sight. */
  note?: ReactNode | (() => ReactNode);
  /** A button behind it, for what else can be done with it. */
  action?: (() => ReactNode) | undefined;
}

interface MomentListProps {
  label: string;
  moments: readonly ListedMoment[];
  timeOf: (pts: number) => string;
  onGo: (moment: ListedMoment) => void;
  current?: string | undefined;
  rowHeight?: number;
}

/**
 * Moments of a programme one below the other, of which only those in sight are drawn: a click goes there. The
 * one that is `current` is marked, and stays in sight while it changes by itself.
 */
export function MomentList({ label, moments, timeOf, onGo, current, rowHeight = 36 }: MomentListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: moments.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    getItemKey: (index) => moments[index]?.id ?? index,
  });
  useFollowing(scroller, rows, current === undefined ? -1 : moments.findIndex((one) => one.id === current));
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not in the document
    <div
      ref={scroller}
      className="moments"
      role="list"
      aria-label={label}
      onKeyDown={(event) => moveAlong(event, moments.length, rows, scroller.current)}
    >
      <div role="presentation" style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((row) => {
          const moment = moments[row.index];
          if (moment === undefined) return null;
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
              <Row moment={moment} isCurrent={moment.id === current} timeOf={timeOf} onGo={onGo} />
              {moment.action?.()}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Takes the focus to the next row, or to the one before. */
function moveAlong(
  event: KeyboardEvent,
  count: number,
  rows: Virtualizer<HTMLDivElement, Element>,
  list: HTMLDivElement | null,
): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
  if (by === undefined || row === null) return;
  event.preventDefault();
  event.stopPropagation();
  const next = Math.min(Math.max(Number(row.dataset.index) + by, 0), count - 1);
  rows.scrollToIndex(next);
  requestAnimationFrame(() =>
    list?.querySelector<HTMLElement>(`[data-index="${next}"] button`)?.focus({ preventScroll: true }),
  );
}

/** Keeps the current row in sight while it changes by itself, and nobody is in the list. */
function useFollowing(
  scroller: RefObject<HTMLDivElement | null>,
  rows: Virtualizer<HTMLDivElement, Element>,
  at: number,
): void {
  const follow = useRef(rows);
  follow.current = rows;
  useEffect(() => {
    const list = scroller.current;
    if (at >= 0 && list !== null && !list.contains(document.activeElement) && !list.matches(":hover"))
      follow.current.scrollToIndex(at, { align: "center" });
  }, [at, scroller]);
}

function Row({
  moment,
  isCurrent,
  timeOf,
  onGo,
}: {
  moment: ListedMoment;
  isCurrent: boolean;
  timeOf: (pts: number) => string;
  onGo: (moment: ListedMoment) => void;
}) {
  return (
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
  );
}
