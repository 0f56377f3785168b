"""Where an asset stands follows from its facts, in whatever order and however often they come."""

from datetime import UTC, datetime
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
from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.gateway.v1.asset_view_pb2 import AssetState, ChunkCounts
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MediaKind, Work
from framewell.mesh.v1.mesh_pb2 import Outcome
from framewell_contracts.fact_types import fact_type
from framewell_contracts.sentences import Sentence, say, wording_of, wordings_of
from framewell_gateway.domain.progress import Progress
from framewell_gateway.testing import ReadModels
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.outcome_messages import done, failed
from framewell_kit.testing.measured_documents import measured

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
BROKEN = failed("unreadable", "the picture data is damaged")


async def progress_after(*facts: Message) -> Progress | None:
    """Where the asset stands once these facts have arrived in this order."""
    models = ReadModels()
    record, progress = models.record, models.progress
    for fact in facts:
        event_id = fact.SerializeToString(deterministic=True).hex()
        await record(fact, Cause(event_id, "/test", fact_type(fact).type, START, subject=ASSET))
    return (await progress.of_assets([ASSET])).get(ASSET)


def work(generation: int = 0, kind: "MediaKind.ValueType" = MediaKind.MEDIA_KIND_VIDEO) -> Work:
    return Work(asset_id=ASSET, generation=generation, kind=kind)


def chunk(number: int, kind: type[Message], outcome: Outcome | None = None, generation: int = 0) -> Message:
    also = {} if kind is ChunkPlanned else {"outcome": outcome or done()}
    return kind(work=work(generation), chunk_id=f"{ASSET}/0/{number}", index=number, **also)


COMPLETE = [
    IngestRequested(asset_id=ASSET, uri="file:///a.mp4"),
    AssetIngested(work=work()),
    chunk(0, ChunkPlanned),
    chunk(1, ChunkPlanned),
    chunk(0, ChunkTranscoded),
    chunk(1, ChunkTranscoded, BROKEN),
    AssetTranscoded(work=work(), outcome=done(), chunk_count=2, missing=["chunk 2 of 2 cannot be read"]),
    chunk(0, ChunkAnalysed),
    AssetAnalysed(work=work(), outcome=done(), missing=["chunk 2 of 2 cannot be read"]),
]
AS_IT_HAPPENED = [
    AssetState.ASSET_STATE_REQUESTED,
    AssetState.ASSET_STATE_INGESTED,
    *[AssetState.ASSET_STATE_TRANSCODING] * 4,
    *[AssetState.ASSET_STATE_ANALYSING] * 2,
    AssetState.ASSET_STATE_ANALYSED,
]


@pytest.mark.parametrize("seen", range(1, len(COMPLETE) + 1))
async def test_the_state_follows_the_facts(seen: int) -> None:
    progress = await progress_after(*COMPLETE[:seen])
    assert progress is not None
    assert progress.state == AS_IT_HAPPENED[seen - 1]


async def test_an_ended_asset_says_what_is_missing_once() -> None:
    progress = await progress_after(*COMPLETE)
    assert progress is not None
    assert progress.missing == ("chunk 2 of 2 cannot be read",)
    assert progress.chunks == ChunkCounts(planned=2, transcoded=1, analysed=1, failed=1)
    assert progress.kind == MediaKind.MEDIA_KIND_VIDEO
    assert progress.reason is None


@settings(max_examples=50)
@given(st.lists(st.integers(0, len(COMPLETE) - 1), max_size=12), st.randoms(use_true_random=False))
async def test_neither_order_nor_repetition_of_facts_changes_anything(
    repeated: list[int], random: Random
) -> None:
    delivered = [*COMPLETE, *(COMPLETE[number] for number in repeated)]
    random.shuffle(delivered)
    assert await progress_after(*delivered) == await progress_after(*COMPLETE)


async def test_a_failed_chunk_speaks_before_the_asset_ends() -> None:
    progress = await progress_after(*COMPLETE[:6])
    assert progress is not None
    assert progress.missing == ("chunk 1 is missing: the picture data is damaged",)


@pytest.mark.parametrize("again", [False, True])
async def test_a_chunk_that_was_looked_at_after_all_has_not_failed(again: bool) -> None:
    looks = [chunk(0, ChunkAnalysed, BROKEN), chunk(0, ChunkAnalysed)]
    progress = await progress_after(*(looks[::-1] if again else looks))
    assert progress is not None
    assert (progress.chunks.analysed, progress.chunks.failed, progress.missing) == (1, 0, ())


async def test_sound_that_could_not_be_taken_out_is_missing_and_said_once() -> None:
    lost = failed("unreadable", "it cannot be decoded")
    progress = await progress_after(
        AssetIngested(work=work()),
        AudioExtracted(work=work(), outcome=lost),
        AudioAnalysed(work=work(), outcome=lost),
    )
    assert progress is not None
    assert progress.missing == ("the sound is missing: it cannot be decoded",)


async def test_what_is_missing_from_a_long_asset_is_at_most_twenty_sentences() -> None:
    broken = [failed("unreadable", f"the picture data is damaged at byte {number}") for number in range(100)]
    progress = await progress_after(*[chunk(at, ChunkTranscoded, one) for at, one in enumerate(broken)])
    assert progress is not None
    assert len(progress.missing) == 20
    assert progress.missing[0].startswith("chunk 0 is missing")
    assert progress.missing[-1].startswith("81 more")


async def test_what_fails_for_one_reason_is_one_sentence_and_what_never_came_is_not_told_twice() -> None:
    withheld, lost = (
        failed("withheld", "It is prohibited."),
        failed("not_transcoded", "There are no pictures."),
    )
    progress = await progress_after(
        chunk(70, ChunkTranscoded, BROKEN),
        chunk(70, ChunkAnalysed, lost),
        *[chunk(number, ChunkAnalysed, withheld) for number in (*range(3, 13), 80)],
    )
    assert progress is not None
    assert progress.missing == (
        "chunks 3–12, 80 are not analysed: It is prohibited.",
        "chunk 70 is missing: the picture data is damaged",
    )


async def test_the_end_of_the_analysis_tells_what_the_proxy_lacks_and_it_is_told_once() -> None:
    lacks = [f"chunk {number} cannot be read" for number in range(19)]
    progress = await progress_after(
        AssetTranscoded(work=work(), outcome=done(), missing=[*lacks, "81 more are listed in the index."]),
        AssetAnalysed(work=work(), outcome=done(), missing=[*lacks, "82 more are listed in the index."]),
    )
    assert progress is not None
    assert progress.missing == (*lacks, "82 more are listed in the index.")


async def test_a_chunk_seen_before_its_plan_is_counted_as_planned() -> None:
    progress = await progress_after(chunk(3, ChunkTranscoded))
    assert progress is not None
    assert progress.chunks == ChunkCounts(planned=1, transcoded=1)


async def test_reprocessing_starts_the_counts_anew() -> None:
    progress = await progress_after(
        *[chunk(number, ChunkPlanned) for number in range(3)],
        AssetAnalysed(work=work(), outcome=done()),
        AssetIngested(work=work(generation=1)),
        chunk(0, ChunkPlanned, generation=1),
    )
    assert progress is not None
    assert progress.state == AssetState.ASSET_STATE_TRANSCODING
    assert progress.chunks == ChunkCounts(planned=1)
    assert progress.generation == 1


async def test_a_rejected_asset_gives_its_reason() -> None:
    progress = await progress_after(AssetRejected(work=work(), code="empty", detail="the file is empty"))
    assert progress is not None
    assert (progress.state, progress.reason) == (AssetState.ASSET_STATE_REJECTED, "the file is empty")


async def test_removal_ends_everything() -> None:
    removed = await progress_after(
        AssetAnalysed(work=work()), AssetRemoved(asset_id=ASSET, reason="asked for")
    )
    assert removed is not None
    assert (removed.state, removed.reason) == (AssetState.ASSET_STATE_REMOVED, "asked for")


async def test_nothing_is_known_of_an_asset_without_facts_of_its_life() -> None:
    assert await progress_after() is None


async def test_a_chunk_of_the_twelfth_hour_costs_what_one_of_the_first_minute_costs() -> None:
    documents, store = measured(MemoryDocuments())
    models = ReadModels(documents)
    record, progress = models.record, models.progress
    cost = []
    for number in range(4320):
        for kind in (ChunkPlanned, ChunkTranscoded, ChunkAnalysed):
            fact = chunk(number, kind)
            cause = Cause(f"{kind.__name__}-{number}", "/test", fact_type(fact).type, START, subject=ASSET)
            await record(fact, cause)
        cost.append(sum(store.take()))
    assert max(cost[-64:]) <= max(cost[:64]) + 300  # larger numbers are a little longer
    (found,) = (await progress.of_assets([ASSET])).values()
    assert found.chunks == ChunkCounts(planned=4320, transcoded=4320, analysed=4320)
    assert sum(store.take()) < 200_000


async def test_what_is_missing_and_why_it_was_rejected_keep_what_they_were_made_of() -> None:
    why = say("cancelled", "Its ingest was cancelled on request.")
    damaged = say("media.empty", "The file is empty (0 bytes).")
    cut = say("missing.sound", "The sound is missing: {why}", why=damaged)
    rejected = await progress_after(AssetRejected(work=work(), detail=why, wording=wording_of(why)))
    lacking = await progress_after(
        chunk(0, ChunkTranscoded, failed("unreadable", damaged)),
        AssetTranscoded(work=work(), missing=[cut, "old"], missing_wordings=wordings_of([cut, "old"])),
        chunk(0, ChunkAnalysed, failed("unreadable", damaged)),
        AudioAnalysed(work=work(), outcome=failed("unreadable", damaged)),
    )
    assert rejected is not None
    assert lacking is not None
    assert wording_of(rejected.reason or "") == wording_of(why)
    assert [one.code if isinstance(one, Sentence) else "" for one in lacking.missing] == [
        "missing.sound",
        "",
        "missing.sound_is",
    ]


async def test_progress_that_was_kept_without_wordings_is_read_as_its_texts() -> None:
    models = ReadModels()
    step = {"failure": "", "reason": "It was empty.", "chunk_count": 0, "missing": ["The sound is missing."]}
    kept = {"asset_id": ASSET, "generation": 0, "kind": 0, "steps": {"asset_transcoded": step}}
    failures = {"failed": {"chunk_analysed": {"3": "a hole"}}}
    await models.documents.insert_once("asset_progress", {"_id": f"{ASSET}@0", **kept, **failures})
    found = (await models.progress.of_assets([ASSET]))[ASSET]
    assert list(found.missing) == ["The sound is missing.", "chunk 3 is not analysed: a hole"]
