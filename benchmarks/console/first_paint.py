"""From the address to the first paint, and to the first row of a list."""

import statistics
from typing import Final

from playwright.sync_api import Browser

from benchmarks.console import Finding
from benchmarks.console.house import fill, house, tab

ROUNDS, QUICK_ROUNDS = 10, 2
ASSETS: Final = 300
FIRST_PAINT_MS: Final = 500.0
PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
ROW: Final = """
() => new Promise((resolve) => {
  const look = () => document.querySelector('[data-row]') === null
    ? requestAnimationFrame(look)
    : requestAnimationFrame(() => resolve(performance.now()));
  look();
})
"""


def measure(browser: Browser, *, quick: bool) -> list[Finding]:
    """Open Home and Assets, each in a browser that was never here; return medians of what is seen first."""
    painted: dict[str, list[float]] = {"Home": [], "Assets": []}
    rows: list[float] = []
    with house() as opened:
        fill(opened, ASSETS)
        for _ in range(QUICK_ROUNDS if quick else ROUNDS):
            for name, path in (("Home", "/"), ("Assets", "/assets")):
                with tab(browser) as page:
                    page.goto(f"{opened.address}/console{path}", wait_until="commit")
                    page.locator("h1").first.wait_for()
                    if name == "Assets":
                        rows.append(page.evaluate(ROW))
                    painted[name].append(page.evaluate(PAINTED))
    return [
        *(
            Finding(
                f"{name}: first paint, nothing in the cache", statistics.median(found), "ms", FIRST_PAINT_MS
            )
            for name, found in painted.items()
        ),
        Finding("Assets: first row painted, nothing in the cache", statistics.median(rows), "ms", None),
    ]
