"""An asset of twelve hours, made of facts: the end is small, and a part costs the same wherever it lies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import bson
import numpy as np
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import MEDIA_KIND_VIDEO, MediaIndex, ObjectRef, Shot, Work
from framewell.media.v1.media_service_pb2 import GetTimelineRequest, ListShotsRequest
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PurposeDecision, RightsDecided
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.outcome_messages import done
from framewell_kit.rights_decisions import Passages
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.measured_documents import MeasuredDocuments, measured
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.timeline import Span, Timeline
from framewell_transcode.adapters.material_documents import MaterialDocuments
from framewell_transcode.adapters.pyav.segment_writer import CmafWriter
from framewell_transcode.adapters.sandboxed_processor import ARROW, SandboxedProcessor
from framewell_transcode.domain.material import material_of
from framewell_transcode.domain.outcomes import chunk_given_up
from framewell_transcode.domain.plans import PlannedChunk, SourceAnalysis
from framewell_transcode.domain.proxy import ProxyRecipe
from framewell_transcode.domain.scores import COARSE_COLUMNS, COARSE_ROWS, GRID_COLUMNS, GRID_ROWS, ScoreTable
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.transcoding import composer
from framewell_transcode.wiring import wire

CHUNKS = 12 * 360
SECONDS, RATE = 10, 25
FRAMES = SECONDS * RATE
GIVEN_UP = range(100, 130)
TIMELINE = Timeline(Fraction(1, RATE), Fraction(RATE), 0, CHUNKS * FRAMES, CHUNKS * FRAMES)
LONG = asset_called("long")
ASSET = AssetIngested(work=Work(asset_id=LONG, generation=1, kind=MEDIA_KIND_VIDEO))


def analysis() -> SourceAnalysis:
    spans = [Span(at * FRAMES, (at + 1) * FRAMES, at * FRAMES, FRAMES) for at in range(CHUNKS)]
    chunks = tuple(PlannedChunk(0, span, (at * 1000, 1000)) for at, span in enumerate(spans))
    return SourceAnalysis("mp4", TIMELINE, chunks, has_sound=False)


def real_header() -> bytes:
    frame = av.VideoFrame.from_ndarray(np.zeros((180, 320, 3), np.uint8), format="rgb24")
    frame = frame.reformat(format="yuv420p")
    writer = CmafWriter(ProxyRecipe(preset="ultrafast"), frame, Fraction(RATE), start_tick=0, end_tick=9600)
    writer.push(frame, 0)
    return writer.finish().header


def scores_of(stored: bytes) -> ScoreTable:
    """A cut in the middle of the chunk with this number, and back in the next one."""
    at, edge = int(stored), np.full((3, GRID_ROWS, GRID_COLUMNS), 90, np.uint8)
    score = np.zeros(FRAMES, np.float32)
    score[0], score[FRAMES // 2] = np.nan, 60.0
    frames = np.arange(at * FRAMES, (at + 1) * FRAMES, dtype=np.int64)
    checks = np.indices((COARSE_ROWS, COARSE_COLUMNS)).sum(axis=0) % 2
    shown = np.array([np.where(checks == shot % 2, 60, 120) for shot in (at, at + 1)], np.uint8)
    coarse = np.repeat(shown[:, None], 3, axis=1)[(np.arange(FRAMES) >= FRAMES // 2).astype(int)]
    return ScoreTable(frames, frames, score, coarse, edge, edge)


@pytest.fixture
def measured_store() -> tuple[Documents, MeasuredDocuments]:
    return measured(MemoryDocuments())


@pytest.fixture
async def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measured_store: tuple[Documents, MeasuredDocuments]
) -> AsyncIterator[ServiceBench]:
    async def plan(self, asset):
        table = await self.objects.put(b"table", media_type=ARROW)
        return analysis(), table

    async def make_filler(self, request, timeline):
        return await self.objects.put(b"filler", media_type="video/iso.segment", suffix=".m4s")

    monkeypatch.setattr(SandboxedProcessor, "plan", plan)
    monkeypatch.setattr(SandboxedProcessor, "make_filler", make_filler)
    monkeypatch.setattr(composer, "read_scores", scores_of)
    settings = TranscodeSettings()
    wired = partial(wire, sandbox=object())
    async with ServiceBench("transcode", wired, settings, documents=measured_store[0]) as bench:
        yield bench


async def transcoded(bench: ServiceBench, planned: ChunkPlanned, header: ObjectRef) -> ChunkTranscoded:
    if planned.index in GIVEN_UP:
        return chunk_given_up(planned, "unreadable", "Not one of its pictures can be decoded.")
    put, at = bench.objects.put, planned.index
    made = ChunkTranscoded(
        work=planned.work,
        chunk_id=planned.chunk_id,
        index=at,
        span=planned.span,
        outcome=done(),
        proxy_header=header,
        proxy_segment=await put(b"segment %d" % at, media_type="video/iso.segment", suffix=".m4s"),
        frames=await put(b"frames %d" % at, media_type=ARROW, suffix=".arrow"),
        shot_scores=await put(b"%d" % at, media_type=ARROW, suffix=".arrow"),
        missing_pts=range(at * FRAMES, at * FRAMES + 200),
    )
    await MaterialDocuments(bench.documents).keep(material_of(made, Passages()))
    return made


@pytest.mark.slow
async def test_twelve_hours_end_complete_with_a_small_event_at_the_same_cost_for_every_part(
    bench, measured_store
) -> None:
    _, store = measured_store
    analysis = PurposeDecision(purpose=PURPOSE_ANALYSIS, allowed=True)
    await bench.deliver(RightsDecided(asset_id=LONG, revision=1, purposes=[analysis]))
    await bench.deliver(ASSET)
    await bench.run_jobs()
    planned = bench.facts.of(ChunkPlanned)
    assert len(planned) == CHUNKS
    assert max(fact.ByteSize() for fact in planned) < 1000
    header = await bench.objects.put(real_header(), media_type="video/mp4", suffix=".mp4")

    sound = bench.facts.one(AudioExtracted)
    await bench.deliver(sound, group="transcode.stitch")
    costs: list[list[int]] = []
    for fact in planned:
        made = await transcoded(bench, fact, header)
        store.take()
        await bench.deliver(made, group="transcode.stitch")
        costs.append(store.take())

    assert_same_cost(costs[:-1])  # the last part composes

    ended = bench.facts.one(AssetTranscoded)
    assert ended.outcome.HasField("done")
    assert ended.ByteSize() < 10_000
    assert ended.chunk_count == CHUNKS
    assert len(ended.missing) == 20
    index = MediaIndex.FromString(await bench.objects.read(ended.index))
    assert [chunk.index for chunk in index.chunks] == list(range(CHUNKS))
    holes = [at for at in GIVEN_UP if at - 1 not in GIVEN_UP]
    lack_pictures = CHUNKS - len(GIVEN_UP)
    assert len(index.missing) == lack_pictures + len(holes), "one a chunk that lacks pictures, one a hole"
    assert ended.shot_count == len(index.shots) == CHUNKS - len(GIVEN_UP) + 1
    assert max(len(bson.encode(kept)) for kept in await bench.documents.find("assets", {})) < 16_000
    assert max(len(bson.encode(kept)) for kept in await bench.documents.find("parts", {})) < 64_000

    progress = await bench.call("GetTimeline", GetTimelineRequest(asset_id=LONG))
    assert progress.chunks_transcoded == CHUNKS - len(GIVEN_UP)
    assert progress.chunks_failed == len(GIVEN_UP)
    assert await all_shots(bench) == list(index.shots)


def assert_same_cost(costs: list[list[int]]) -> None:
    """Every part takes the same calls with documents of the same size; each 64th fills its bucket."""
    calls = min(len(cost) for cost in costs)
    assert calls < 8
    buckets = [costs[first : first + 64] for first in range(0, len(costs) - 63, 64)]
    for bucket in buckets:
        assert [len(cost) for cost in bucket] == [calls] * 63 + [calls + 1]
        for cost, at_first in zip(bucket, buckets[0], strict=True):
            assert sum(cost) < 1.1 * sum(at_first) + 2500, "the root's flags are all that grows"
    assert max(max(cost) for cost in costs) < 64_000


async def all_shots(bench: ServiceBench) -> list[Shot]:
    shots: list[Shot] = []
    token = ""
    while True:
        page = await bench.call("ListShots", ListShotsRequest(asset_id=LONG, page_token=token))
        shots += page.shots
        if not (token := page.next_page_token):
            return shots
