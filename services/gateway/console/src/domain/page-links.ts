/** A list in pages that is known piece by piece: each page names the token of the next. */

/** A page: what asks for it, and how many items it had when it was read; 0 before that. */
export interface PageLink {
  token: string;
  length: number;
}

/** A list of which nothing was read. */
export const NOTHING_READ: readonly PageLink[] = [{ token: "", length: 0 }];

/**
 * The links once the page at `index` was read: it had so many items, and names the next page ("" is none).
 * Where it names another next page than before, those behind it were of an older list, and are forgotten.
 */
export function withPage(links: readonly PageLink[], index: number, length: number, next: string): readonly PageLink[] {
  const link = links[index];
  if (link === undefined) return links;
  const behind = links[index + 1];
  if (link.length === length && (behind?.token ?? "") === next) return links;
  const kept = links.slice(0, index);
  kept.push({ token: link.token, length });
  if (next === "") return kept;
  return behind?.token === next ? [...kept, ...links.slice(index + 1)] : [...kept, { token: next, length: 0 }];
}

/** Places of the pages that hold items from `first` to `last`, at least one; a page that was never read is at the end. */
export function pagesBetween(links: readonly PageLink[], first: number, last: number): number[] {
  const found: number[] = [];
  let start = 0;
  for (const [index, { length }] of links.entries()) {
    const end = start + length;
    if (length === 0 ? start <= last + 1 : start <= last && end > first) found.push(index);
    start = end;
  }
  return found.length > 0 ? found : [links.length - 1];
}
