"""Lists that follow events: as fresh as they need to be, and no more requests than that."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import Work
from framewell_kit.outcome_messages import done

EVENTS: Final = 1000
BURSTS: Final = 40
GAP_S: Final = 3
"""How rarely a list is read while events go on, as api/freshness.ts has it."""
PAGE: Final = 100
NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
MOST_ROWS: Final = 60
SLOWEST_TASK_MS: Final = 50


class Reads:
    """Counts the requests for lists of assets, by their page."""

    def __init__(self, page: Page) -> None:
        self.pages: list[str] = []
        self.began = time.monotonic()
        page.on("request", self._count)

    def again(self) -> None:
        """Count from here on."""
        self.pages.clear()
        self.began = time.monotonic()

    def most(self, lists: int = 1) -> int:
        """Return how often so many lists may have been read since: at once, each gap, and a last time."""
        return lists * int(2 + (time.monotonic() - self.began) / GAP_S)

    def _count(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.path == "/v1/assets":
            self.pages.append(parse_qs(address.query).get("page_token", [""])[0])


def chunk_events(house: Any, count: int, start: int = 0) -> None:
    """Let chunks be analysed, as a programme that is worked on says of each."""
    work = Work(asset_id=house.scenes.asset_id(1), generation=1)
    house.happened(
        *(
            ChunkAnalysed(work=work, outcome=done(), chunk_id=f"{work.asset_id}/1/{index}", index=index)
            for index in range(start, start + count)
        )
    )


@pytest.fixture
def archive(house: Any) -> Any:
    """A house with three pages of assets, the first of which is worked on."""
    house.happened(*house.scenes.programme(1, "Folge 00000", chunks=EVENTS, analysed=0, hours_ago=0.1))
    named = [(number, house.scenes.Programme(title=f"Folge {number:05}")) for number in range(2, 300)]
    house.happened(*(house.scenes.requested(number, about) for number, about in named))
    return house


def test_a_thousand_events_read_a_list_once_in_some_seconds_and_once_after_the_last(
    archive: Any, visit: Any
) -> None:
    page = visit("/assets?sort=title")
    first = page.locator("[data-row]").first
    expect(first).to_contain_text("Folge 00000")
    reads = Reads(page)
    for burst in range(BURSTS):
        chunk_events(archive, EVENTS // BURSTS, burst * EVENTS // BURSTS)
        page.wait_for_timeout(50)
    expect(first).not_to_contain_text("/1000")  # all of them: the last event was not lost
    assert 1 <= len(reads.pages) <= reads.most()
    assert set(reads.pages) == {""}, "only the page in sight is read again"


def test_only_the_pages_in_sight_are_read_again(archive: Any, visit: Any) -> None:
    page = visit("/assets?sort=title")
    rows = page.locator("[data-row]")
    rows.first.click()
    while "Folge 00299" not in rows.last.inner_text():
        page.keyboard.press("End")
        page.wait_for_timeout(100)
    reads = Reads(page)
    chunk_events(archive, 5)
    page.wait_for_timeout(1000)
    assert len(reads.pages) == 1
    assert reads.pages != [""], "the last page is in sight, the first is not"
    page.keyboard.press("Home")
    expect(rows.first).to_contain_text("Folge 00000")
    expect(rows.first).to_contain_text("5/1000")


def test_a_hidden_tab_reads_nothing_and_everything_once_on_return(archive: Any, visit: Any) -> None:
    page = visit("/assets?sort=title")
    first = page.locator("[data-row]").first
    expect(first).to_contain_text("Folge 00000")
    reads = Reads(page)
    hide(page, hidden=True)
    chunk_events(archive, 100)
    page.wait_for_timeout(1500)
    assert reads.pages == []
    hide(page, hidden=False)
    expect(first).to_contain_text("100/1000")
    page.wait_for_timeout(1000)
    assert reads.pages == [""]


def test_home_reads_what_it_shows_once_in_some_seconds(archive: Any, visit: Any) -> None:
    page = visit("/")
    expect(page.get_by_role("link", name="Folge 00299")).to_be_visible()
    asked: list[str] = []
    began = time.monotonic()
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    for burst in range(BURSTS):
        chunk_events(archive, 5, burst * 5)
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    most = int(2 + (time.monotonic() - began) / GAP_S)
    for path in ("/v1/assets", "/v1/counts"):
        assert asked.count(path) <= most


def test_a_page_asks_for_its_list_as_soon_as_it_is_read(house: Any, visit: Any) -> None:
    """No timer stands before the request: React holds what comes after a fallback of its own for 300 ms."""
    house.happened(*house.scenes.a_day())
    page = visit("/account")
    page.clock.install(time=NOON)
    page.clock.pause_at(NOON + timedelta(seconds=1))
    with page.expect_request(lambda request: urlsplit(request.url).path == "/v1/assets"):
        page.goto(f"{house.address}/console/assets")
    page.clock.resume()
    expect(page.locator("[data-row]").first).to_be_visible()


SCROLL: Final = """
async ([step, last]) => {
  const table = document.querySelector('[role=grid]');
  let most = 0;
  while (!document.querySelector('.table-rows').lastElementChild.textContent.includes(last)) {
    table.scrollTop += step;
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll('[data-row]').length);
  }
  return most;
}
"""
"""Scrolls to the last row; resolves to how many rows were in the document at most."""

FIRST_ROWS: Final = """
async (step) => {
  for (let times = 0; times < 10; times += 1) {
    document.querySelector('[role=grid]').scrollTop += step;
    await new Promise(requestAnimationFrame);
  }
}
"""


def test_of_ten_thousand_assets_few_rows_are_drawn_on_the_way_to_the_last_and_no_frame_waits_50_ms(
    house: Any, visit: Any
) -> None:
    count, title = 10_000, house.scenes.Programme
    house.happened(*(house.scenes.requested(n, title(title=f"Folge {n:05}")) for n in range(count)))
    page = visit("/assets?sort=title")
    page.locator("[data-row]").first.wait_for()
    reads = Reads(page)
    page.evaluate(FIRST_ROWS, 3000)  # what is done once: code is compiled, fonts are read
    rows: list[int] = []
    tasks = visit.main_thread_tasks(
        page, lambda: rows.append(page.evaluate(SCROLL, [3000, f"Folge {count - 1:05}"]))
    )
    assert rows[0] <= MOST_ROWS
    assert tasks
    assert max(tasks) <= SLOWEST_TASK_MS, sorted(tasks)[-5:]
    assert len(reads.pages) == count / PAGE - 1, "every page is read once"


def hide(page: Page, *, hidden: bool) -> None:
    """Let the tab be in the background, or come to the front."""
    page.evaluate(
        """(state) => {
            Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
            document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
        }""",
        "hidden" if hidden else "visible",
    )
