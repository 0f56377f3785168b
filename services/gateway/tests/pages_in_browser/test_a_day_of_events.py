"""A tab that stays open for a day: what it holds does not grow with what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import CDPSession, Page

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import Work
from framewell_kit.outcome_messages import done
from pages_in_browser import curating
from pages_in_browser import test_programme as facts

EVENTS: Final = 20_000
BURST: Final = 200
ASSETS: Final = 20
PASSES_MS: Final = 30_000
"""How much time passes for the tab after each burst: every list is read again, every clock ticks."""
MORE_HEAP: Final = 1_000_000
MORE_NODES: Final = 200
MORE_LISTENERS: Final = 50


PAGES: Final = (
    ("/", "main .home-waiting"),
    ("/assets", "[data-row]"),
    ("/review", "[data-sample]"),
    ("/mesh", ".mesh-headline"),
    ("/people", "main h1"),
    (f"/assets/{facts.ASSET}", "video"),
    ("/rights", "main h1"),
    ("/training", "main h1"),
    ("/search", "main h1"),
)


@dataclass(frozen=True)
class Held:
    """What a tab holds once its garbage is collected."""

    heap: int
    nodes: int
    listeners: int


def held(session: CDPSession) -> Held:
    """Collect the garbage, twice: what is finalised the first time goes the second."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return Held(int(metrics["JSHeapUsedSize"]), int(metrics["Nodes"]), int(metrics["JSEventListeners"]))


def a_day(house: Any) -> Iterator[list[ChunkAnalysed]]:
    """Yield bursts of events, as the analysis of long programmes sends them."""
    ids = [house.scenes.asset_id(number) for number in range(1, ASSETS)]
    works = [Work(asset_id=asset_id, generation=1) for asset_id in (*ids, facts.ASSET)]
    for start in range(0, EVENTS, BURST):
        yield [
            ChunkAnalysed(work=work, outcome=done(), chunk_id=f"{work.asset_id}/1/{index}", index=index)
            for number in range(start, start + BURST)
            for work, index in [(works[number % ASSETS], number // ASSETS)]
        ]


def live_through(house: Any, page: Page, bursts: Iterator[list[ChunkAnalysed]], count: int) -> None:
    """Go from page to page while bursts of events come in; end on the first page."""
    for number in range(count):
        path, shown = PAGES[number % len(PAGES)]
        page.evaluate("(path) => history.pushState(null, '', `/console${path}`)", path)
        page.locator(shown).first.wait_for()
        house.happened(*next(bursts))
        page.clock.fast_forward(PASSES_MS)
        page.wait_for_timeout(50)
    page.evaluate("() => history.pushState(null, '', '/console/')")
    page.locator(PAGES[0][1]).first.wait_for()
    page.clock.fast_forward(10 * 60_000)  # what nothing shows is forgotten after five minutes
    page.wait_for_timeout(1000)


def test_a_tab_left_open_for_a_day_holds_no_more_in_the_evening_than_at_noon(house: Any, visit: Any) -> None:
    visit.expects("404", "503")
    curating.Curating(house).propose(30)
    facts.Asset(house).transcoded().analysed()
    for number in range(1, ASSETS):
        house.happened(
            *house.scenes.programme(number, f"Folge {number}", chunks=EVENTS // ASSETS, analysed=0)
        )
    page = visit("/")
    page.clock.install()
    page.reload()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    bursts = a_day(house)
    half = EVENTS // BURST // 2
    live_through(house, page, bursts, half)
    noon = held(session)
    live_through(house, page, bursts, half)
    evening = held(session)
    assert next(bursts, None) is None
    more = f"noon {noon}, evening {evening}"
    assert evening.heap <= noon.heap + MORE_HEAP, more
    assert evening.nodes <= noon.nodes + MORE_NODES, more
    assert evening.listeners <= noon.listeners + MORE_LISTENERS, more
