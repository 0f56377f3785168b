"""Focus: somebody who goes by keys always sees where they are (WCAG 2.4.11 and 2.4.7)."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page

from pages_in_browser import picture_book as book

SMALL: Final = (360, 640)
WIDE: Final = (1440, 900)
MOST_STOPS: Final = 400


STOP: Final = """
() => {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return null;
  const name = (focused.getAttribute('aria-label') ?? focused.textContent ?? '').trim().slice(0, 60);
  const shown = `${focused.tagName.toLowerCase()}.${focused.className} “${name}”`;
  // What is hidden from sight (a radio of the browser's own) is shown by what it stands in.
  let seen = focused;
  for (let part = focused; part !== null; part = part.parentElement) {
    if (part.offsetWidth <= 1 && part.offsetHeight <= 1) seen = part.parentElement;
  }
  const box = seen.getBoundingClientRect();
  const inside = {
    left: Math.max(box.left, 0), right: Math.min(box.right, innerWidth),
    top: Math.max(box.top, 0), bottom: Math.min(box.bottom, innerHeight),
  };
  const first = focused.dataset.stop === undefined;
  focused.dataset.stop = '';
  const isOut = inside.right - inside.left < 1 || inside.bottom - inside.top < 1;
  if (isOut) return {shown, first, by: 'the window'};
  const isOf = (found) => found !== null && (seen.contains(found) || found.contains(seen));
  const along = (from, to) => [0.02, 0.25, 0.5, 0.75, 0.98].map((share) => from + (to - from) * share);
  let by = '';
  for (const x of along(inside.left, inside.right)) {
    for (const y of along(inside.top, inside.bottom)) {
      const found = document.elementFromPoint(x, y);
      if (isOf(found)) return {shown, first, by: ''};
      by = found === null ? 'nothing' : `${found.tagName.toLowerCase()}.${found.className}`;
    }
  }
  return {shown, first, by};
}
"""
"""What has the focus, whether for the first time, and what covers all of it; "" where some of it is seen."""


def stops(page: Page, key: str) -> list[dict[str, Any]]:
    """Go through the whole page by a key; return every stop once."""
    found = []
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        stop = page.evaluate(STOP)
        if stop is None or not stop["first"]:
            break
        found.append(stop)
    return found


def sizes_of(name: str) -> tuple[tuple[int, int], ...]:
    """Return the windows in which a scene is gone through.

    A page as it stands is in both, its dialogs and states in the small one, where most is covered.
    """
    return (SMALL,) if "-" in name else (SMALL, WIDE)


@pytest.mark.parametrize("name", [name for name in book.every_scene() if not name.endswith("-empty")])
def test_what_has_the_focus_is_never_covered(house: Any, visit: Any, name: str) -> None:
    """An empty list has nothing to go to but what stands on every page."""
    visit.expects("")  # a scene is no test of what the console says
    path, show = book.every_scene()[name](house, visit)
    covered = []
    for size in sizes_of(name):
        page = visit(path, size=size)
        book.settle(page)
        show(page)
        book.settle(page)
        for key in ("Tab", "Shift+Tab"):
            page.evaluate(
                "() => document.querySelectorAll('[data-stop]').forEach((one) => delete one.dataset.stop)"
            )
            found = stops(page, key)
            covered += [f"{size} {key}: {one['shown']} by {one['by']}" for one in found if one["by"]]
        page.close()
    assert not covered, "\n".join(covered)
