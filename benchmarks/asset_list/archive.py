"""An archive of many assets, put into the gateway's own database as its streams would have left it.

Documents are those that the gateway's adapters make of what facts say, but many are stored at once, and the
many facts of each asset are left out.
"""

import itertools
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from google.protobuf.duration_pb2 import Duration

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.media.v1.media_pb2 import MediaKind, Programme, Track
from framewell_gateway.adapters.change_ticks import marks_at
from framewell_gateway.adapters.progress_documents import PROGRESS, ProgressDocuments
from framewell_gateway.adapters.summary_documents import SUMMARIES, SummaryDocuments
from framewell_gateway.adapters.summary_fields import new_document, settled
from framewell_gateway.domain.progress import Step
from framewell_gateway.domain.summaries import Standing, SummaryChange
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments, MongoDocuments
from framewell_kit.documents.protocol import Document
from framewell_kit.outcomes import Busy

BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)
CHUNKS: Final = 40
_AT_ONCE: Final = 200
WORDS: Final = (
    "news", "evening", "weather", "sport", "straße", "müßig", "العربية", "חדשות", "ニュース", "culture",
    "report", "live", "archive",
)  # fmt: skip
_STATES: Final = (
    *[AssetState.ASSET_STATE_ANALYSED] * 8,
    AssetState.ASSET_STATE_ANALYSING,
    AssetState.ASSET_STATE_REJECTED,
)


def asset(number: int, random: Random) -> SummaryChange:
    """Return what is known of one of many assets, about as much as of a real one."""
    title = " ".join(random.sample(WORDS, 3)).title() + f" {number}"
    known = AssetSummary(
        uri=f"https://archive.example/{number}.mp4",
        source=f"/playout/{number % 7}",
        request_labels={"desk": str(number % 4), "job": str(number)},
        tracks=[Track(codec="h264", width=1920, height=1080), Track(codec="aac", channels=2)],
    )
    return SummaryChange(
        str(UUID(int=random.getrandbits(128), version=4)),
        BEGIN + timedelta(seconds=random.randrange(200_000_000)),
        random.choice([MediaKind.MEDIA_KIND_VIDEO, MediaKind.MEDIA_KIND_AUDIO]),
        Standing(random.choice(_STATES), 1),
        known,
        1,
        Duration(seconds=random.randrange(7200)),
        1,
        Programme(title=title, series=random.choice(WORDS), channel=f"Kanal {number % 9}"),
        1,
    )


async def fill(documents: MongoDocuments, count: int) -> None:
    """Store so many assets; those that are worked on have chunks that are counted when they are listed."""
    await SummaryDocuments(documents).prepare()
    await ProgressDocuments(documents).prepare()
    progress = await _progress()
    for batch in _batches(_documents(count)):
        await _store(documents, SUMMARIES, batch)
        under_way = [one["_id"] for one in batch if one["state"] == AssetState.ASSET_STATE_ANALYSING]
        await _store(documents, PROGRESS, [copy for one in under_way for copy in _copies(progress, one)])


def _documents(count: int) -> Iterator[Document]:
    random, clock = Random(7), SystemClock()
    whole = ChunkCounts(planned=CHUNKS, transcoded=CHUNKS, analysed=CHUNKS)
    for number in range(count):
        change = asset(number, random)
        now = int(
            clock.now().timestamp() * 1_000_000
        )  # as another process: the gateway looks for what is new
        document = new_document(change, marks_at(now, "the archive"))
        if document["state"] == AssetState.ASSET_STATE_ANALYSED:
            document |= settled(1, whole)
        yield document


async def _progress() -> list[Document]:
    """Return what is kept of the progress of an asset that is analysed at the moment."""
    memory = MemoryDocuments()
    adding = ProgressDocuments(memory)
    for chunk in range(CHUNKS):
        for name in ("chunk.planned", "chunk.transcoded", *(["chunk.analysed"] if chunk % 2 else [])):
            await adding.add(Step("", name, 1, chunk))
    await adding.add(Step("", "asset.ingested", 1))
    await adding.add(Step("", "asset.transcoded", 1, chunk_count=CHUNKS))
    return await memory.find(PROGRESS, {})


def _copies(progress: list[Document], asset_id: str) -> Iterator[Document]:
    for one in progress:
        yield {**deepcopy(one), "_id": f"{asset_id}{one['_id']}", "asset_id": asset_id}


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(itertools.islice(documents, _AT_ONCE)):
        yield batch


async def _store(documents: MongoDocuments, collection: str, batch: list[Document]) -> None:
    """Insert documents; again those that did not arrive, where the database is kept from answering."""
    while True:
        try:
            await documents.insert_each_once(collection, batch)
        except Busy as busy:
            await SystemClock().sleep(busy.retry_after)
        else:
            return
