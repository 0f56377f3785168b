"""Assets from the first to the last: how many rows are in the document, and how long a frame takes."""

from typing import Any, Final

from playwright.sync_api import Browser

from benchmarks.console import Finding
from benchmarks.console.house import fill, house, tab

ASSETS, QUICK_ASSETS = 10_000, 500
MOST_ROWS: Final = 60
LONGEST_FRAME_MS: Final = 50.0
STEP_PX: Final = 600
"""Ten rows a frame, which is faster than a wheel turns."""

SCROLL: Final = """
async ([step, last]) => {
  const table = document.querySelector('[role=grid]');
  const frames = [], tasks = [];
  let rows = 0;
  const note = (list) => tasks.push(...list.getEntries().map((one) => one.duration));
  const observer = new PerformanceObserver(note);
  observer.observe({type: 'longtask'});
  let before = await new Promise(requestAnimationFrame);
  const isThere = () => document.querySelector('.table-rows').lastElementChild.textContent.includes(last);
  while (!isThere()) {
    table.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
    rows = Math.max(rows, document.querySelectorAll('[data-row]').length);
  }
  observer.disconnect();
  return {frames, tasks, rows};
}
"""


def measure(browser: Browser, *, quick: bool) -> list[Finding]:
    """Scroll down the whole list once; return the rows drawn at most, and the longest frame and task."""
    count = QUICK_ASSETS if quick else ASSETS
    with house() as opened, tab(browser) as page:
        fill(opened, count)
        page.goto(f"{opened.address}/console/assets?sort=title")
        page.locator("[data-row]").first.wait_for()
        found: dict[str, Any] = page.evaluate(SCROLL, [STEP_PX, f"Folge {count - 1:05}"])
    frames = sorted(map(round, found["frames"]))  # three refreshes are 50 ms; their times waver by tenths
    what = f"{count:,} assets, scrolled through"
    late = sum(one > LONGEST_FRAME_MS for one in frames)
    return [
        Finding(f"{what}: rows in the document", found["rows"], "", MOST_ROWS, is_counted=True),
        Finding(f"{what}: longest frame", frames[-1], "ms", LONGEST_FRAME_MS),
        Finding(f"{what}: frames of {len(frames):,} over {LONGEST_FRAME_MS:.0f} ms", late, "", 0),
        Finding(f"{what}: longest task", max(found["tasks"], default=0), "ms", LONGEST_FRAME_MS),
    ]
