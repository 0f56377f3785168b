"""The list of assets on the embedded database: paged without loss in every order, and fast enough."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary
from framewell.media.v1.media_pb2 import MediaKind, Programme, Track
from framewell_gateway.adapters.summary_documents import SUMMARIES, SummaryDocuments
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, SortField
from framewell_gateway.domain.summaries import Standing, SummaryChange
from framewell_kit.documents import MemoryDocuments, MongoDocuments
from framewell_kit.paging import PageRequest

pytestmark = pytest.mark.integration

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ORDERS = [AssetOrder(field, descending=way) for field in SortField for way in (False, True)]
NEWS = AssetFilter(title="NEWS", states=[AssetState.ASSET_STATE_ANALYSED], labels=["desk:1"])


def asset(number: int, random: Random) -> SummaryChange:
    """One of many assets, some of which have the same time, title and length."""
    known = AssetSummary(
        uri=f"https://archive.example/{number}.mp4",
        source="/playout/7",
        request_labels={"desk": str(number % 4), "job": str(number)},
        tracks=[Track(codec="h264", width=1920, height=1080), Track(codec="aac", channels=2)],
    )
    length = Duration(seconds=random.randrange(50))
    return SummaryChange(
        f"1c5b2c1e-0000-4000-8000-{number:012}",
        NOON + timedelta(seconds=random.randrange(100)),
        MediaKind.MEDIA_KIND_VIDEO,
        Standing(random.choice([AssetState.ASSET_STATE_ANALYSED, AssetState.ASSET_STATE_REJECTED]), 1),
        known,
        1,
        length,
        1,
        Programme(title=random.choice(["Evening news", "Weather", "Straße", "(a+b)*"])),
        1,
    )


async def filled(database: str, count: int) -> tuple[MongoDocuments, SummaryDocuments]:
    """A database with so many assets."""
    memory, random = MemoryDocuments(), Random(7)
    for number in range(count):
        await SummaryDocuments(memory).add(asset(number, random))
    documents = MongoDocuments(database, f"test_{uuid4().hex[:8]}")
    summaries = SummaryDocuments(documents)
    await documents.insert_each_once(SUMMARIES, await memory.find(SUMMARIES, {}))
    await summaries.prepare()
    return documents, summaries


@pytest.fixture
async def thousand(database: str) -> AsyncIterator[SummaryDocuments]:
    documents, summaries = await filled(database, 1000)
    yield summaries
    documents.close()


async def all_ids(
    summaries: SummaryDocuments, wanted: AssetFilter, order: AssetOrder, size: int
) -> Sequence[str]:
    """Return the ids of all pages, in order."""
    ids: list[str] = []
    token = ""
    while True:
        page = await summaries.page(wanted, order, PageRequest(size, token))
        ids += [one.summary.asset_id for one in page.items]
        token = page.next_token
        if not token:
            assert len(ids) == page.total
            return ids


async def test_a_burst_of_a_thousand_is_paged_without_loss(thousand: SummaryDocuments) -> None:
    for size in (1, 999, 1000):
        ids = await all_ids(thousand, AssetFilter(), AssetOrder(), size)
        assert len(ids) == len(set(ids)) == 1000
    for order in ORDERS:
        everything = await all_ids(thousand, AssetFilter(), order, 333)
        assert len(everything) == len(set(everything)) == 1000
        found = await all_ids(thousand, NEWS, order, 7)
        assert 0 < len(found) == len(set(found)) < 100
        assert found == [one for one in everything if one in set(found)]


async def test_titles_are_searched_as_they_stand(thousand: SummaryDocuments) -> None:
    for title, least in (("strasse", 100), ("(A+B)*", 100), ("ather", 100), (".*", 0), ("x", 0)):
        page = await thousand.page(AssetFilter(title=title), AssetOrder(), PageRequest(1))
        assert (page.total > 0) is (least > 0), title
        assert page.total >= least


async def test_what_facts_say_changes_a_document_that_is_there(thousand: SummaryDocuments) -> None:
    before = asset(1, Random(1))
    removed = SummaryChange(before.asset_id, standing=Standing(AssetState.ASSET_STATE_REMOVED))
    for change in (removed, before, removed):
        await thousand.add(change)
    page = await thousand.page(
        AssetFilter(states=[AssetState.ASSET_STATE_REMOVED]), AssetOrder(), PageRequest(10)
    )
    assert [(one.summary.asset_id, one.summary.uri) for one in page.items] == [(before.asset_id, "")]


@pytest.mark.slow
async def test_a_page_of_ten_thousand_assets_is_whole_in_every_order(database: str) -> None:
    documents, summaries = await filled(database, 10_000)
    for wanted in (AssetFilter(), NEWS):
        for order in ORDERS:
            page = await summaries.page(wanted, order, PageRequest(100))
            assert (len(page.items), bool(page.next_token)) == (100, True), order
    documents.close()
