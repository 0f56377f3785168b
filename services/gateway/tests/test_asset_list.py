"""GET /v1/assets: which assets there are, filtered, ordered and paged without loss; learnt in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from framewell.asset.v1.asset_pb2 import (
    AssetAnalysed,
    AssetIngested,
    AssetRejected,
    AssetRemoved,
    AssetTranscoded,
)
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.gateway.v1.asset_view_pb2 import AssetState, ListAssetsRequest, ListAssetsResponse
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MediaKind, ObjectRef, Programme, Timeline, Track, Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Ratio
from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_contracts.fact_types import fact_type
from framewell_gateway.adapters.summary_documents import SUMMARIES
from framewell_gateway.queries.list_assets import ListAssets
from framewell_gateway.testing import ReadModels
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.outcome_messages import done, failed
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.measured_documents import measured

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIRST = "1c5b2c1e-0000-4000-8000-000000000001"


def asset_id(number: int) -> str:
    return f"1c5b2c1e-0000-4000-8000-{number:012}"


def work(number: int = 1, *, generation: int = 1, after: float = 0, **more: Any) -> Work:
    made = Work(asset_id=asset_id(number), generation=generation, **more)
    made.requested_at.FromDatetime(NOON + timedelta(seconds=after))
    return made


class Gateway:
    """The gateway's read model, as its stream fills it and its query reads it."""

    def __init__(self, documents: Documents | None = None) -> None:
        store = documents or MemoryDocuments()
        self.models = ReadModels(store)
        self.record, self.summaries = self.models.record, self.models.summaries
        self.list = ListAssets(self.models.summaries, self.models.progress)

    async def happened(self, *facts: Message) -> None:
        for fact in facts:
            subject = getattr(fact, "asset_id", "") or getattr(fact, "work").asset_id  # noqa: B009
            event_id = fact.SerializeToString(deterministic=True).hex()
            await self.record(fact, Cause(event_id, "/playout", fact_type(fact).type, NOON, subject=subject))

    async def listed(self, **wanted: Any) -> ListAssetsResponse:
        return await self.list(ListAssetsRequest(**wanted))

    async def ids(self, **wanted: Any) -> list[int]:
        return [int(one.asset_id[-12:]) for one in (await self.listed(**wanted)).assets]

    async def all_ids(self, page_size: int, **wanted: Any) -> list[str]:
        """Return the ids of all pages, in order."""
        ids: list[str] = []
        token = ""
        while True:
            page = await self.listed(page_size=page_size, page_token=token, **wanted)
            ids += [one.asset_id for one in page.assets]
            token = page.next_page_token
            if not token:
                return ids


def requested(number: int = 1) -> IngestRequested:
    return IngestRequested(
        asset_id=asset_id(number),
        uri="file:///a.mp4",
        labels={"job": "1"},
        programme=Programme(title="Abendschau"),
    )


def ingested(
    number: int = 1,
    *,
    generation: int = 1,
    title: str = "Abendschau",
    recording: bool = False,
    **more: Any,
) -> AssetIngested:
    fact = AssetIngested(
        work=work(number, generation=generation, kind=MediaKind.MEDIA_KIND_VIDEO, **more),
        original=ObjectRef(size=7, sha256="a" * 64),
        programme=Programme(title=title),
        uri="file:///a.mp4",
        labels={"job": "1"},
        source="/playout",
        revision=1 + generation,
        tracks=[Track(codec="h264")],
        recording=recording,
    )
    fact.tracks[0].duration.FromTimedelta(timedelta(seconds=number))
    return fact


def life(generation: int = 1, number: int = 1) -> list[Message]:
    """All facts of two chunks; the second cannot be decoded."""
    at = work(number, generation=generation, kind=MediaKind.MEDIA_KIND_VIDEO)
    broken = failed("unreadable", "the picture data is damaged")
    first, second = {"chunk_id": f"{at.asset_id}/0/0"}, {"chunk_id": f"{at.asset_id}/0/1", "index": 1}
    return [
        ingested(number, generation=generation),
        ChunkPlanned(work=at, **first),
        ChunkPlanned(work=at, **second),
        ChunkTranscoded(work=at, outcome=done(), **first),
        ChunkTranscoded(work=at, outcome=broken, **second),
        AssetTranscoded(work=at, outcome=done(), chunk_count=2),
        ChunkAnalysed(work=at, outcome=done(), **first),
        AssetAnalysed(work=at, outcome=done()),
    ]


def clock(seconds: float) -> Timeline:
    base = Ratio(numerator=1, denominator=90_000)
    return Timeline(time_base=base, duration_pts=round(seconds * 90_000))


def recorded(generation: int = 1) -> list[Message]:
    """All facts of a recording of two segments of 4 s; its end is found to be a picture earlier."""
    at = [work(generation=generation, kind=MediaKind.MEDIA_KIND_VIDEO, timeline=clock(4 * n)) for n in (1, 2)]
    first = ingested(4, generation=generation, recording=True)
    first.work.asset_id = FIRST
    final = work(generation=generation, kind=MediaKind.MEDIA_KIND_VIDEO, timeline=clock(7.96))
    return [
        first,
        *(ChunkPlanned(work=one, chunk_id=f"{FIRST}/{n}/0", index=n) for n, one in enumerate(at)),
        *(ChunkTranscoded(work=one, chunk_id=f"{FIRST}/{n}/0", index=n) for n, one in enumerate(at)),
        AssetTranscoded(work=final, outcome=done(), chunk_count=2),
    ]


def arrived(sequence: int, title: str = "") -> SegmentArrived:
    programme, uri = Programme(title=title), f"file:///{sequence}.ts"
    return SegmentArrived(
        asset_id=FIRST, sequence=sequence, uri=uri, programme=programme, labels={"desk": "7"}
    )


CHANGED = ProgrammeChanged(asset_id=FIRST, programme=Programme(title="Abendschau spezial"), revision=3)
STORIES: "dict[str, list[Message]]" = {
    "analysed": [requested(), *life(), CHANGED],
    "reprocessed": [requested(), *life(), *life(2)[:4]],
    "rejected": [requested(), AssetRejected(work=work(), code="empty", detail="the file is empty")],
    "recorded": [arrived(0, "Abendschau"), arrived(1), *recorded(), *recorded(2)],
    "recorded in vain": [
        arrived(0, "Abendschau"),
        arrived(1, "another"),
        AssetRejected(work=work(), code="unreadable", detail="no segment can be read", uri="file:///1.ts"),
    ],
    "removed": [requested(), *life(), AssetRemoved(asset_id=FIRST, reason="delivered by mistake")],
}


def without_time(listed: ListAssetsResponse) -> ListAssetsResponse:
    """The list but for when it changed, which is when facts came."""
    for asset in listed.assets:
        asset.ClearField("changed_at")
    return listed


@pytest.mark.parametrize("story", STORIES)
@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 20), max_size=8))
async def test_neither_order_nor_repetition_of_facts_changes_the_list(
    story: str, random: Random, repeated: list[int]
) -> None:
    facts = STORIES[story]
    delivered = [*facts, *(facts[number % len(facts)] for number in repeated)]
    random.shuffle(delivered)
    usual, shuffled = Gateway(), Gateway()
    await usual.happened(*facts)
    await shuffled.happened(*delivered)
    states = AssetState.keys()[1:]
    listed = await usual.listed(state=states)
    assert len(listed.assets) == 1
    assert without_time(await shuffled.listed(state=states)) == without_time(listed)
    assert without_time(await shuffled.listed()) == without_time(await usual.listed())


async def lengths(facts: Sequence[Message]) -> list[float | None]:
    """Return the seconds that the first asset is listed with after each fact, None for none."""
    gateway, found = Gateway(), list[float | None]()
    for fact in facts:
        await gateway.happened(fact)
        (one,) = (await gateway.listed()).assets
        found.append(one.duration.ToMilliseconds() / 1000 if one.HasField("duration") else None)
    return found


async def test_a_recording_is_as_long_as_what_has_come_and_then_as_its_clock_says() -> None:
    assert await lengths([requested(), *recorded()]) == [None, None, 4, 8, 8, 8, 7.96]
    late = recorded()[2]
    assert (await lengths([requested(), *recorded(), late, *recorded(2)[:2]]))[-3:] == [7.96, 7.96, 4]


async def test_the_length_of_a_file_is_what_it_states_until_its_clock_is_planned() -> None:
    at = work(kind=MediaKind.MEDIA_KIND_VIDEO, timeline=clock(2.5))
    planned = ChunkPlanned(work=at, chunk_id=f"{FIRST}/0/0")
    assert await lengths([ingested(1), planned]) == [1, 2.5]
    silent = ingested(1)
    silent.tracks[0].ClearField("duration")
    assert await lengths([silent, planned]) == [None, 2.5]


async def test_a_still_has_no_length() -> None:
    at = work(kind=MediaKind.MEDIA_KIND_STILL, timeline=clock(0.04))
    assert await lengths([requested(), ChunkPlanned(work=at, chunk_id=f"{FIRST}/0/0")]) == [None, None]


async def test_an_asset_is_listed_from_its_request_on(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.ingest.answers["Submit"] = ingest.SubmitResponse(asset_id=FIRST)
    asset = ingest.IngestAsset(
        asset_id=FIRST,
        uri="file:///a.mp4",
        labels={"job": "1"},
        source="framewell/ingest",
        programme=Programme(title="Abendschau"),
    )
    asset.requested_at.FromDatetime(NOON)
    mesh.ingest.answers["GetAsset"] = ingest.GetAssetResponse(asset=asset)
    assert (await gateway.post("/v1/assets", json={"uri": "file:///a.mp4"})).status_code == 202
    (one,) = (await gateway.get("/v1/assets")).json()["assets"]
    assert (one["asset_id"], one["state"], one["title"], one["request_labels"], one["requested_at"]) == (
        FIRST, "requested", "Abendschau", {"job": "1"}, "2026-05-01T12:00:00Z",
    )  # fmt: skip


async def test_a_request_is_taken_when_ingest_does_not_say_what_became_of_it(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.ingest.answers["Submit"] = ingest.SubmitResponse(asset_id=FIRST)
    assert (await gateway.post("/v1/assets", json={"uri": "file:///a.mp4"})).status_code == 202


async def test_another_request_for_a_known_asset_does_not_rename_it() -> None:
    gateway = Gateway()
    await gateway.happened(requested(), IngestRequested(asset_id=FIRST, uri="file:///other.mp4"))
    (one,) = (await gateway.listed()).assets
    assert (one.uri, one.title) == ("file:///a.mp4", "Abendschau")


async def test_an_asset_of_which_only_the_rejection_is_known_is_listed_with_what_that_says() -> None:
    gateway = Gateway()
    rejected = AssetRejected(
        work=work(labels={"job": "1"}), code="bad_uri", detail="no media", uri="https://a:b@archive.example/"
    )
    await gateway.happened(rejected)
    (one,) = (await gateway.listed(label=["job:1"])).assets
    assert (one.uri, one.reason) == ("https://REDACTED@archive.example/", "no media")
    await gateway.happened(requested())
    (one,) = (await gateway.listed(label=["job:1"])).assets
    assert (one.uri, one.title, one.source) == ("file:///a.mp4", "Abendschau", "/playout")


async def test_a_recording_that_is_rejected_keeps_what_it_was_announced_with() -> None:
    gateway = Gateway()
    rejected = AssetRejected(
        work=work(), code="unreadable", detail="no segment can be read", uri="file:///1.ts"
    )
    await gateway.happened(arrived(1, "Radio Eins"), rejected)
    (one,) = (await gateway.listed(title="radio", label=["desk:7"], source="/playout")).assets
    assert (one.title, one.reason, one.lane) == ("Radio Eins", "no segment can be read", LANE_LIVE)


async def test_a_recording_is_listed_under_what_its_first_segment_says() -> None:
    gateway = Gateway()
    await gateway.happened(arrived(3, "another"), arrived(0, "Radio Eins"), arrived(4, "a third"))
    assert (await gateway.listed()).total_size == 0
    await gateway.happened(AssetRejected(work=work(), code="unreadable", detail="no segment can be read"))
    (one,) = (await gateway.listed()).assets
    assert (one.title, one.uri) == ("Radio Eins", "file:///0.ts")


async def test_a_programme_that_changes_gives_the_list_its_title() -> None:
    gateway = Gateway()
    await gateway.happened(ingested(), CHANGED)
    assert [one.title for one in (await gateway.listed(title="SPEZIAL")).assets] == ["Abendschau spezial"]
    older = ProgrammeChanged(asset_id=FIRST, programme=Programme(title="x"), revision=2)
    await gateway.happened(older, ingested(generation=2))
    assert [one.title for one in (await gateway.listed()).assets] == ["Abendschau spezial"]


async def test_of_what_was_removed_or_erased_only_that_is_listed() -> None:
    for erased in (False, True):
        gateway = Gateway()
        await gateway.happened(*life())
        if erased:
            cause = Cause("erasure", "/test", "framewell.erasure.planned.v1", NOON)
            await gateway.models.erase(erasure_plan(asset_ids=[FIRST]), cause)
        else:
            await gateway.happened(AssetRemoved(asset_id=FIRST))
        await gateway.happened(*life())  # redelivered
        (one,) = (await gateway.listed(state=["ASSET_STATE_REMOVED"])).assets
        assert (one.title, one.uri, dict(one.request_labels), len(one.tracks)) == ("", "", {}, 0)
        assert one.requested_at.ToDatetime(UTC) == NOON
        assert (
            await gateway.ids() == await gateway.ids(title="abend") == await gateway.ids(label=["job"]) == []
        )


async def test_a_removal_before_its_request_is_listed_with_the_request() -> None:
    gateway = Gateway()
    await gateway.happened(AssetRemoved(asset_id=FIRST))
    assert (await gateway.listed()).total_size == 0
    await gateway.happened(requested())
    assert await gateway.ids(state=["ASSET_STATE_REMOVED"]) == [1]


async def some_assets() -> Gateway:
    """Five assets, one a minute, of which the second has no title and the fifth was rejected."""
    gateway = Gateway()
    titles = ["Zapp", "", "abendschau 20:15 (Wdh.)", "Straße", "Zapp"]
    for number, title in enumerate(titles, 1):
        fact = ingested(6 - number, title=title, after=60 * number)
        fact.source = fact.source + str(number % 2)
        fact.labels.clear()
        fact.labels.update({"desk": "news" if number > 2 else "sport", "n": str(number)})
        await gateway.happened(fact)
    await gateway.happened(
        AssetRejected(work=work(1, after=300), code="empty", detail="the file is empty"),
        AssetAnalysed(work=work(2, after=240), outcome=done()),
    )
    return gateway


AT = {number: (NOON + timedelta(minutes=number)).isoformat().replace("+00:00", "Z") for number in range(7)}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("order_by=requested_at", [5, 4, 3, 2, 1]),
        ("order_by=requested_at%20desc", [1, 2, 3, 4, 5]),
        ("order_by=title", [4, 3, 2, 1, 5]),
        ("order_by=title%20desc", [5, 1, 2, 3, 4]),
        ("order_by=duration", [1, 2, 3, 4, 5]),
        ("order_by=%20duration%20%20desc%20", [5, 4, 3, 2, 1]),
        ("state=rejected", [1]),
        ("state=rejected&state=analysed", [1, 2]),
        ("kind=video&state=ingested", [3, 4, 5]),
        ("kind=still", []),
        ("title=ZAPP", [1, 5]),
        ("title=20:15%20(w", [3]),
        ("title=.", [3]),
        ("title=STRASSE", [2]),
        ("source=/playout1", [1, 3, 5]),
        ("source=/playout", []),
        ("label=desk:news", [1, 2, 3]),
        ("label=desk:news&label=n:4", [2]),
        ("label=n", [1, 2, 3, 4, 5]),
        ("label=desk:new", []),
        (f"requested_from={AT[4]}", [1, 2]),
        (f"requested_until={AT[4]}", [3, 4, 5]),
        (f"requested_from={AT[2]}&requested_until={AT[5]}&title=a", [2, 3]),
    ],
)
async def test_assets_are_found_by_what_is_known_of_them(
    mesh: Any, gateway: httpx.AsyncClient, query: str, numbers: list[int]
) -> None:
    mesh.documents._collections.update((await some_assets()).summaries._documents._collections)
    answer = await gateway.get(f"/v1/assets?{query}")
    assert answer.status_code == 200, answer.text
    assert [int(one["asset_id"][-12:]) for one in answer.json()["assets"]] == numbers
    assert answer.json()["total_size"] == len(numbers)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("order_by=size", "`requested_at`, `title`, `duration`"),
        ("order_by=title%20ascending", "` desc`"),
        ("order_by=title,duration", "cannot be ordered"),
        ("order_by=desc", "cannot be ordered"),
        ("requested_from=20261231", "RFC 3339"),
        ("state=finished", "analysed"),
        ("titel=a", "`title`"),
        ("page_token=abc", "begin without a token"),
    ],
)
async def test_what_is_no_filter_or_order_is_refused_with_what_is(
    gateway: httpx.AsyncClient, query: str, words: str
) -> None:
    answer = await gateway.get(f"/v1/assets?{query}")
    assert answer.status_code == 422
    assert words in answer.text


async def test_a_page_token_of_a_list_in_another_order_is_refused() -> None:
    gateway = await some_assets()
    token = (await gateway.listed(page_size=2, order_by="title desc")).next_page_token
    assert len((await gateway.listed(page_token=token, order_by="title  desc")).assets) == 3
    for order in ("title", "", "duration desc"):
        with pytest.raises(Rejected, match=r"another order \(title-desc\)"):
            await gateway.listed(page_token=token, order_by=order)


ORDERS = [f"{field}{way}" for field in ("requested_at", "title", "duration") for way in ("", " desc")]


async def burst(gateway: Gateway, count: int) -> None:
    """Assets of which many have the same time, title and length."""
    random = Random(7)
    for number in range(count):
        fact = ingested(number, title=random.choice(["", "A", "b", "Ä"]), after=random.randrange(5))
        fact.tracks[0].duration.FromTimedelta(timedelta(seconds=random.randrange(4)))
        await gateway.happened(fact)


@pytest.mark.parametrize("page_size", [1, 2, 7, 100, 333, 999, 1000])
async def test_a_burst_of_a_thousand_is_paged_without_loss_in_every_order(page_size: int) -> None:
    gateway = Gateway()
    count = 150 if page_size < 100 else 1000
    await burst(gateway, count)
    for order in ORDERS:
        ids = await gateway.all_ids(page_size, order_by=order)
        assert len(ids) == len(set(ids)) == count, order
    found = await gateway.all_ids(page_size, title="a", order_by="title desc")
    assert len(found) == len(set(found)) == (await gateway.listed(title="a")).total_size < count


@pytest.mark.parametrize("order", ORDERS)
async def test_assets_that_come_go_and_change_between_pages_move_no_other(order: str) -> None:
    gateway = Gateway()
    await burst(gateway, 60)
    before = {asset_id(number) for number in range(60)}
    gone: set[str] = set()
    ids: list[str] = []
    token, number = "", 60
    while True:
        page = await gateway.listed(page_size=7, page_token=token, order_by=order, label=["job:1"])
        ids += [one.asset_id for one in page.assets]
        token = page.next_page_token
        if not token:
            break
        removed = max(before - gone - set(ids), default=None)
        if removed:
            gone.add(removed)
            await gateway.happened(AssetRemoved(asset_id=removed))
        await gateway.happened(ingested(number, title="A", after=2), *life(number=number % 60)[1:])
        number += 1
    assert len(ids) == len(set(ids))
    assert before - gone <= set(ids)


async def test_an_asset_that_has_ended_is_listed_from_one_document_and_one_at_work_from_its_chunks() -> None:
    documents, store = measured(MemoryDocuments())
    gateway = Gateway(documents)
    whole = work(kind=MediaKind.MEDIA_KIND_VIDEO)
    for index in range(1280):
        chunk: Any = {"work": whole, "chunk_id": f"{FIRST}/0/{index}", "index": index}
        await gateway.happened(
            ChunkPlanned(**chunk),
            ChunkTranscoded(**chunk, outcome=done()),
            ChunkAnalysed(**chunk, outcome=done()),
        )
    store.take()
    assert (await gateway.listed()).assets[0].chunks.analysed == 1280
    assert sum(store.take()) > 15_000
    await gateway.happened(
        ingested(), AssetTranscoded(work=whole, chunk_count=1280), AssetAnalysed(work=whole, chunk_count=1280)
    )
    store.take()
    assert (await gateway.listed()).assets[0].chunks.analysed == 1280
    assert sum(store.take()) < 2_000


async def test_a_fact_of_a_chunk_that_comes_late_still_counts() -> None:
    gateway = Gateway()
    *facts, chunk, end = life()
    await gateway.happened(*facts, end)
    assert (await gateway.listed()).assets[0].chunks.analysed == 0
    await gateway.happened(chunk)
    (one,) = (await gateway.listed()).assets
    assert (one.chunks.planned, one.chunks.analysed, one.chunks.failed) == (2, 1, 1)
    document = await gateway.summaries._documents.get(SUMMARIES, FIRST)
    assert document is not None
    assert document["counted_generation"] == 1
