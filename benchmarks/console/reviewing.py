"""Review: from a key to the next sample painted, with its pictures, names and evidence."""

import statistics
from typing import Final

from playwright.sync_api import Browser, Page

from benchmarks.console import Finding
from benchmarks.console.house import house, in_browser, tab

SAMPLES: Final = 150
TURNS, QUICK_TURNS = 100, 5
NEXT_PAINTED_MS: Final = 150.0
BETWEEN_MS: Final = 120
"""Nobody decides faster than eight times a second."""

NEXT_PAINTED: Final = """
() => new Promise((resolve) => {
  const before = document.querySelector('[data-sample]').dataset.sample;
  addEventListener('keydown', (event) => {
    const painted = () => {
      const card = document.querySelector('[data-sample]');
      const ready = card && card.dataset.sample !== before &&
        [...card.querySelectorAll('img')].every((one) => one.complete && one.naturalWidth > 0);
      const done = () => resolve(performance.now() - event.timeStamp);
      requestAnimationFrame(ready ? () => requestAnimationFrame(done) : painted);
    };
    painted();
  }, {once: true, capture: true});
})
"""
"""Resolves to the time from a key press until the next sample is painted, pictures and all."""


def measure(browser: Browser, *, quick: bool) -> list[Finding]:
    """Accept, reject and put off samples by keys; return the median and the 95th of a hundred."""
    with house() as opened, tab(browser) as page:
        in_browser("curating").Curating(opened).propose(SAMPLES)
        page.goto(f"{opened.address}/console/review")
        page.locator("[data-sample]").first.wait_for()
        page.wait_for_load_state("networkidle")
        taken = [_key_to_painted(page, "aru"[turn % 3]) for turn in range(QUICK_TURNS if quick else TURNS)]
    return [
        Finding("Review: key to the next sample painted, median", statistics.median(taken), "ms", None),
        Finding(
            "Review: key to the next sample painted, 95th of a hundred",
            statistics.quantiles(taken, n=20)[-1],
            "ms",
            NEXT_PAINTED_MS,
        ),
    ]


def _key_to_painted(page: Page, key: str) -> float:
    page.wait_for_timeout(BETWEEN_MS)
    page.evaluate(f"() => {{ window.measured = ({NEXT_PAINTED})(); }}")
    page.keyboard.press(key)
    return float(page.evaluate("window.measured"))
