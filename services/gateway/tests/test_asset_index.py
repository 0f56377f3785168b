"""The list of assets in memory: found by words of any script, ordered, paged, kept up with other gateways."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, MEDIA_KIND_VIDEO, Programme, Work
from framewell_gateway.adapters.summary_documents import SUMMARIES, SummaryDocuments
from framewell_gateway.domain.asset_index import AssetIndex, AssetRow
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField
from framewell_gateway.domain.search_words import search_text, words_of
from framewell_gateway.domain.summaries import Standing, SummaryChange
from framewell_kit.clock import SystemClock
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.outcomes import Busy
from framewell_kit.paging import PageRequest
from framewell_kit.testing.clocks import HeldClock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANALYSED, REMOVED = AssetState.ASSET_STATE_ANALYSED, AssetState.ASSET_STATE_REMOVED


def asset_id(number: int) -> str:
    return f"1c5b2c1e-0000-4000-8000-{number:012}"


def change(number: int, title: str = "", **programme: Any) -> SummaryChange:
    return SummaryChange(
        asset_id(number), NOON + timedelta(seconds=number), standing=Standing(ANALYSED, 1),
        programme=Programme(title=title, **programme), programme_rank=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "search"),
    [
        ("Jörg Müßigbrodt", "mussig"),
        ("Jörg Müßigbrodt", "JÖRG MÜSS"),
        ("ＮＥＷＳ at ten", "news TEN"),
        ("نشرة الأخبار", "الاخبار"),
        ("מהדורת חדשות", "חדש"),
        ("きょうのニュース", "ニュース"),
        ("北京新闻", "新闻"),
        ("Новости дня", "НОВ дня"),
        ("C++ & you_and-me", "you and me c"),
        ("\u202eEvening\u202c news", "evening"),
    ],
)
async def test_words_are_found_in_every_script_folded(title: str, search: str) -> None:
    summaries = SummaryDocuments(MemoryDocuments())
    await summaries.add(change(1, title))
    await summaries.add(change(2, "Something else"))
    page = await summaries.page(AssetFilter(search=search), AssetOrder(), PageRequest(10))
    assert [one.summary.asset_id for one in page.items] == [asset_id(1)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [3, 2, 1]),
        ("tages", [1]),
        ("kanal", [2, 1]),
        ("kanal zwei", [2]),
        ("47-11", [2]),
        ("1c5b2c1e-0000-4000-8000-000000000003", [3]),
        ("1C5B2C1E", [3, 2, 1]),
        ("agesschau", []),
        ("tagesschau zwei", []),
        ("  ", [3, 2, 1]),
        (".*", [3, 2, 1]),
        ("\x00", [3, 2, 1]),
    ],
)
async def test_a_word_begins_one_of_title_series_channel_identifiers_or_id(
    search: str, found: list[int]
) -> None:
    summaries = SummaryDocuments(MemoryDocuments())
    await summaries.add(change(1, "Tagesschau", channel="Kanal Eins"))
    await summaries.add(change(2, "", series="Wetter", channel="Kanal Zwei", identifiers={"house": "47-11"}))
    await summaries.add(change(3))
    page = await summaries.page(AssetFilter(search=search), AssetOrder(), PageRequest(10))
    assert [one.summary.asset_id for one in page.items] == [asset_id(number) for number in found]


def test_a_hostile_title_costs_no_more_than_its_bound() -> None:
    assert len(words_of("a " * 1_000_000)) <= 64
    assert len(search_text(["新" * 100_000])) < 200_000
    assert words_of("\ud800 \x00 a") == ["a"]


@pytest.mark.parametrize("order", [AssetOrder(field, way) for field in SortField for way in (False, True)])
@pytest.mark.parametrize("size", [1, 3, 50])
def test_pages_lose_and_repeat_nothing_though_assets_come_and_change(order: AssetOrder, size: int) -> None:
    random, index = Random(5), AssetIndex()

    def row(number: int) -> AssetRow:
        return AssetRow(
            asset_id(number), ANALYSED, requested=random.randrange(5), duration=random.randrange(5),
            changed=number, title=random.choice("abc"),
        )  # fmt: skip

    for number in range(50):
        index.put(row(number))
    before = {asset_id(number) for number in range(50)}
    found: list[str] = []
    after, come = None, 100
    while True:
        ids, after, total = index.find(AssetFilter(), order, size, after)
        found += ids
        if after is None:
            break
        assert total == come - 50
        if come < 120:
            index.put(row(come))
            come += 1
    assert before <= set(found)
    assert len(found) == len(set(found))


def test_what_was_read_before_and_comes_late_replaces_nothing() -> None:
    index = AssetIndex()
    index.put(AssetRow(asset_id(1), ANALYSED, requested=1, changed=9, title="new"))
    index.put(AssetRow(asset_id(1), ANALYSED, requested=1, changed=8, title="old"))
    assert index.find(AssetFilter(title="new"), AssetOrder(), 9, None)[2] == 1


async def test_what_another_gateway_changes_is_listed_here() -> None:
    documents = MemoryDocuments()
    here, there = SummaryDocuments(documents), SummaryDocuments(documents)
    await there.add(change(1, "First"))
    await here.prepare()
    await there.add(change(2, "Second"))
    page = await here.page(AssetFilter(), AssetOrder(SortField.TITLE, False), PageRequest(10))
    assert [one.summary.title for one in page.items] == ["First", "Second"]
    await there.forget(asset_id(1))
    page = await here.page(AssetFilter(states=[ANALYSED]), AssetOrder(), PageRequest(10))
    assert [one.summary.title for one in page.items] == ["Second"]
    assert (await here.count_states()).by_state == {ANALYSED: 1, REMOVED: 1}


@pytest.mark.parametrize("hours", [0.0, 0.5, 14.0, 24.0 * 90])
async def test_however_long_nobody_looked_nothing_is_missed(hours: float) -> None:
    class Later(SystemClock):
        ahead = timedelta()

        def now(self) -> datetime:
            return super().now() + self.ahead

    clock, documents = Later(), MemoryDocuments()
    here, there = SummaryDocuments(documents, clock), SummaryDocuments(documents, clock)
    await here.prepare()
    clock.ahead = timedelta(hours=hours / 2)
    await there.add(change(1, "Meanwhile"))
    clock.ahead = timedelta(hours=hours)
    page = await here.page(AssetFilter(), AssetOrder(), PageRequest(10))
    assert [one.summary.title for one in page.items] == ["Meanwhile"]


class LosingDocuments:
    """Passes calls on to a real store, and loses the answer of the next write, after so many seconds."""

    def __init__(self, clock: HeldClock) -> None:
        self._documents, self._clock = MemoryDocuments(), clock
        self.lose_after: float | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            answer = await method(*args, **kwargs)
            if self.lose_after is not None and name in {"insert_once", "update"}:
                self._clock.advance(self.lose_after)
                self.lose_after = None
                raise Busy("it may or may not have happened", retry_after=1.0)
            return answer

        return call


@pytest.mark.parametrize("seconds", [0, 600], ids=["at once", "after a long wait"])
async def test_a_write_whose_answer_was_lost_is_listed_here_too(seconds: float) -> None:
    """Made once more it changes nothing, and its mark is this gateway's own."""
    clock = HeldClock()
    store = LosingDocuments(clock)
    here = SummaryDocuments(cast(Documents, store), clock)
    order = AssetOrder(SortField.REQUESTED_AT)
    await here.prepare()

    async def written_at_the_second_try(change: SummaryChange) -> None:
        store.lose_after = seconds
        with pytest.raises(Busy):
            await here.add(change)
        await here.page(AssetFilter(), order, PageRequest(10))  # as somebody looks meanwhile
        await here.add(change)

    await written_at_the_second_try(change(1, "News"))
    page = await here.page(AssetFilter(), order, PageRequest(10))
    assert ([one.summary.title for one in page.items], page.total) == (["News"], 1)
    later = SummaryChange(asset_id(1), NOON, programme=Programme(title="Weather"), programme_rank=2)
    await written_at_the_second_try(later)
    page = await here.page(AssetFilter(title="weather"), order, PageRequest(10))
    assert ([one.summary.title for one in page.items], page.total) == (["Weather"], 1)

    store.lose_after = seconds
    with pytest.raises(Busy):
        await here.forget(asset_id(1))
    counts = await here.count_states()
    assert (counts.by_state[REMOVED], sum(counts.by_state.values())) == (1, 1)


async def test_documents_of_an_earlier_version_are_listed() -> None:
    documents = MemoryDocuments()
    await SummaryDocuments(documents).add(change(1, "Müßig"))
    (stored,) = await documents.find(SUMMARIES, {})
    for field in ("shard", "changed", "tick", "hour", "by", "search"):
        del stored[field]
    old = MemoryDocuments()
    await old.insert_once(SUMMARIES, {**stored, "title": "müssig"})
    here = SummaryDocuments(old)
    await here.prepare()
    page = await here.page(AssetFilter(search="mussig"), AssetOrder(), PageRequest(10))
    assert page.total == 1


async def test_a_start_reads_no_store_as_a_whole_but_the_first_of_a_version() -> None:
    queries: list[Any] = []

    class Noted(MemoryDocuments):
        async def find(self, collection: str, query: Any, **more: Any) -> Any:
            queries.append(query)
            return await super().find(collection, query, **more)

    documents = Noted()
    for whole in (1, 0):
        queries.clear()
        await SummaryDocuments(documents).prepare()
        assert queries.count({"shard": None}) == whole
        assert {} not in queries


async def test_an_asset_has_a_poster_once_it_can_be_shown(mesh: Any, gateway: httpx.AsyncClient) -> None:
    for number, kind in ((1, MEDIA_KIND_VIDEO), (2, MEDIA_KIND_AUDIO), (3, MEDIA_KIND_VIDEO)):
        work = Work(asset_id=asset_id(number), generation=1, kind=kind)
        await mesh.happened(AssetIngested(work=work), *([AssetTranscoded(work=work)] if number < 3 else []))
    listed = (await gateway.get("/v1/assets?order_by=requested_at")).json()["assets"]
    assert [asset["poster"] for asset in listed] == [
        f"/v1/assets/{asset_id(1)}/poster?width=320", "", "",
    ]  # fmt: skip
    assert all(asset["changed_at"] > "2026" for asset in listed)
