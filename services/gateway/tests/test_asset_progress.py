"""Where an asset stands follows from its events, in whatever order and however often they come."""

from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

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
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MediaKind
from framewell.mesh.v1.mesh_pb2 import Done, Failed, Outcome
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import asset_id
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.domain.progress import AssetState, ChunkCounts, progress_of
from framewell_gateway.domain.summary import recorded_event
from framewell_kit.facts import Cause

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
DONE = Outcome(done=Done())
BROKEN = Outcome(failed=Failed(code="unreadable", detail="the picture data is damaged"))


def history(*messages: Message) -> list[RecordedEvent]:
    """One event a second, in this order."""
    seconds = count()
    return [
        recorded_event(
            message,
            Cause(
                id=f"event-{number}",
                source="/test",
                type=fact_type(message).type,
                time=START + timedelta(seconds=next(seconds)),
            ),
            number,
        )
        for number, message in enumerate(messages)
    ]


def chunk(number: int, kind: type[Message], outcome: Outcome | None = DONE, generation: int = 0) -> Message:
    fields: dict[str, object] = {"asset_id": "a", "chunk_id": f"a/0/{number}", "index": number}
    if kind is not ChunkPlanned:
        fields["outcome"] = outcome
    return kind(generation=generation, **fields)


COMPLETE = history(
    IngestRequested(asset_id="a", uri="file:///a.mp4"),
    AssetIngested(asset_id="a", kind=MediaKind.MEDIA_KIND_VIDEO),
    chunk(0, ChunkPlanned),
    chunk(1, ChunkPlanned),
    chunk(0, ChunkTranscoded),
    chunk(1, ChunkTranscoded, BROKEN),
    AssetTranscoded(
        asset_id="a", outcome=DONE, chunk_ids=["a/0/0", "a/0/1"], missing=["chunk 2 of 2 cannot be read"]
    ),
    chunk(0, ChunkAnalysed),
    AssetAnalysed(asset_id="a", outcome=DONE, missing=["chunk 2 of 2 cannot be read"]),
)
AS_IT_HAPPENED = [
    AssetState.REQUESTED,
    AssetState.INGESTED,
    *[AssetState.TRANSCODING] * 4,
    *[AssetState.ANALYSING] * 2,
    AssetState.ANALYSED,
]


@pytest.mark.parametrize("seen", range(1, len(COMPLETE) + 1))
def test_the_state_follows_the_events(seen: int) -> None:
    progress = progress_of(COMPLETE[:seen])
    assert progress is not None
    assert progress.state is AS_IT_HAPPENED[seen - 1]


def test_an_ended_asset_says_what_is_missing_once() -> None:
    progress = progress_of(COMPLETE)
    assert progress is not None
    assert progress.missing == ("chunk 2 of 2 cannot be read",)
    assert progress.chunks == ChunkCounts(planned=2, transcoded=1, analysed=1, failed=1)
    assert progress.kind == "video"
    assert progress.reason is None


@settings(max_examples=100)
@given(st.lists(st.sampled_from(COMPLETE), max_size=12), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_events_changes_anything(
    repeated: list[RecordedEvent], random: Random
) -> None:
    delivered = [*COMPLETE, *repeated]
    random.shuffle(delivered)
    assert progress_of(delivered) == progress_of(COMPLETE)


def test_a_failed_chunk_speaks_before_the_asset_ends() -> None:
    progress = progress_of(COMPLETE[:6])
    assert progress is not None
    assert progress.missing == ("chunk 2 is missing: the picture data is damaged",)


def test_a_chunk_seen_before_its_plan_is_counted_as_planned() -> None:
    progress = progress_of(history(chunk(3, ChunkTranscoded)))
    assert progress is not None
    assert progress.chunks == ChunkCounts(planned=1, transcoded=1)


def test_reprocessing_starts_the_counts_anew() -> None:
    again = history(
        *[ChunkPlanned(asset_id="a", chunk_id=f"a/0/{number}") for number in range(3)],
        AssetAnalysed(asset_id="a", outcome=DONE),
        AssetIngested(asset_id="a", generation=1),
        ChunkPlanned(asset_id="a", chunk_id="a/0/0", generation=1),
    )
    progress = progress_of(again)
    assert progress is not None
    assert progress.state is AssetState.TRANSCODING
    assert progress.chunks == ChunkCounts(planned=1)
    assert progress.generation == 1


def test_a_rejected_asset_gives_its_reason() -> None:
    progress = progress_of(history(AssetRejected(asset_id="a", code="empty", detail="the file is empty")))
    assert progress is not None
    assert (progress.state, progress.reason) == (AssetState.REJECTED, "the file is empty")


def test_removal_ends_everything() -> None:
    removed = progress_of(
        history(AssetAnalysed(asset_id="a"), AssetRemoved(asset_id="a", reason="asked for"))
    )
    assert removed is not None
    assert (removed.state, removed.reason) == (AssetState.REMOVED, "asked for")


def test_nothing_is_known_of_an_asset_without_events_of_its_life() -> None:
    assert progress_of([]) is None


def test_a_request_that_names_no_asset_is_found_under_the_id_made_from_it() -> None:
    (event,) = history(IngestRequested(uri="file:///a.mp4"))
    assert event.assets == (asset_id("/test", "event-0"),)
