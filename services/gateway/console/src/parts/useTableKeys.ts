import type { Virtualizer } from "@tanstack/react-virtual";
import type { KeyboardEvent, RefObject } from "react";
import { useKeys } from "./keys";
import type { VirtualTableProps } from "./VirtualTable";

/** Keys of a table: J and K everywhere on the page, arrows and the like where it has the focus. Returns what takes these. */
export function useTableKeys<T>(
  props: VirtualTableProps<T>,
  at: number,
  scroller: RefObject<HTMLDivElement | null>,
  rows: Virtualizer<HTMLDivElement, Element>,
): (event: KeyboardEvent) => void {
  const { items, keyOf, rowHeight = 32 } = props;
  const go = (wanted: number) => {
    const index = Math.max(0, Math.min(wanted, items.length - 1));
    if (items.length === 0) return;
    rows.scrollToIndex(index);
    const item = items[index];
    if (item === undefined) return; // it is loaded now that it is in sight
    props.onChoose(keyOf(item));
    focusSoon(scroller, keyOf(item));
  };
  const open = () => {
    const item = items[at];
    if (item !== undefined) props.onOpen(item);
  };
  const { next, previous, open: opens } = props.keyWords;
  useKeys([
    { id: `${props.id}.next`, key: "j", does: next, run: () => go(at + 1), repeats: true },
    { id: `${props.id}.previous`, key: "k", does: previous, run: () => go(at < 0 ? 0 : at - 1), repeats: true },
    { id: `${props.id}.open`, key: "Enter", does: opens, run: open },
  ]);
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
  return (event) => {
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(wanted);
  };
}

/** Gives a row the focus once it is drawn. */
export function focusSoon(scroller: RefObject<HTMLElement | null>, key: string): void {
  requestAnimationFrame(() => {
    const rows = scroller.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
    for (const row of rows) if (row.dataset.row === key) row.focus({ preventScroll: true });
  });
}
