"""What only models need is made of what may be analysed; the proxy plays in any case."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRemoved
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_service_pb2 import GetFrameRequest
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.stream.stages import HeavyStage, Stage
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import TOMBSTONES, UnlessGone
from framewell_media.testing import Clip, make_clip
from framewell_transcode.adapters.sandboxed_processor import ARROW


async def pts_of(transcode, key: str) -> list[int]:
    """Return the pts of all rows of a bundle or of scores."""
    data = await transcode.bench.objects.read(key)
    return pa.ipc.open_file(io.BytesIO(data)).read_all()["pts"].to_pylist()


async def test_of_an_asset_that_may_not_be_analysed_the_proxy_alone_is_made(
    transcode, tmp_path: Path
) -> None:
    """Tried: with analysis prohibited, frames and speech audio went to every model."""
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4"))
    await transcode.decide(asset_called("clip"), 2, allowed=False)
    ended = await transcode.transcode(asset)
    for made in transcode.bench.facts.of(ChunkTranscoded):
        assert made.outcome.HasField("done")
        assert not made.HasField("frames")
        assert not made.HasField("shot_scores")
        assert (made.withheld, made.rights_revision) == ("Decision 2.", 2)
    audio = transcode.bench.facts.one(AudioExtracted)
    assert (audio.HasField("segments"), audio.HasField("speech")) == (True, False)
    assert (ended.outcome.HasField("done"), ended.shot_count) == (True, 0)
    assert list(ended.missing) == ["It is not analysed: Decision 2."]
    pictures, sound = await transcode.download(ended.playlist)
    assert pictures
    assert sound
    looked_at = await transcode.bench.call(
        "GetFrame", GetFrameRequest(asset_id=asset_called("clip"), frame=3)
    )
    assert looked_at.moment.frame == 3, "looking is no analysis"


async def test_a_withheld_passage_is_in_no_bundle_no_scores_and_silent_for_speech(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4"))
    (first, second, *_) = await chunks(transcode, asset)
    begin, end = first.span.start_pts, (second.span.start_pts + second.span.end_pts) // 2
    await transcode.decide(asset_called("clip"), 2, (begin, end))
    ended = await transcode.transcode(asset)
    made = sorted(transcode.bench.facts.of(ChunkTranscoded), key=lambda one: one.index)
    assert not made[0].HasField("frames")
    kept = [
        pts
        for one in made[1:]
        for key in (one.frames.key, one.shot_scores.key)
        for pts in await pts_of(transcode, key)
    ]
    assert min(kept) >= end
    assert made[2].withheld == ""
    audio = transcode.bench.facts.one(AudioExtracted)
    with av.open(io.BytesIO(await transcode.bench.objects.read(audio.speech)), mode="r") as speech:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in speech.decode(audio=0)])
    silent = 3 * 16_000 // 2
    assert np.abs(samples[: silent - 200]).max() == 0
    assert np.abs(samples[silent:].astype(int)).max() > 1000
    assert sum("is not analysed: Decision 2." in one for one in ended.missing) == 1
    assert sum("is analysed in part: Decision 2." in one for one in ended.missing) == 2, "chunk and sound"


async def chunks(transcode, asset: AssetIngested) -> list[ChunkPlanned]:
    """Plan an asset's twin, to know where its chunks lie."""
    twin = AssetIngested()
    twin.CopyFrom(asset)
    twin.work.asset_id = asset_called("twin")
    await transcode.decide(asset_called("twin"))
    planned = await transcode.plan(twin)
    transcode.bench.facts.clear()
    return planned


async def test_nothing_is_planned_before_the_rights_are_decided(transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4"))
    asset.work.asset_id = asset_called("undecided")
    assert await transcode.plan(asset) == []
    (job,) = await transcode.bench.documents.find(JOBS, {"kind": "plan"})
    assert "has not decided yet" in job["reason"]
    await transcode.decide(asset_called("undecided"))
    await transcode.bench.clock.sleep(10)
    await transcode.bench.run_jobs()
    assert transcode.bench.facts.of(ChunkPlanned)


async def test_what_is_withheld_later_goes_and_what_is_permitted_later_is_asked_for(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4"))
    ended = await transcode.transcode(asset)
    assert ended.shot_count == 1
    made = [*transcode.bench.facts.of(ChunkTranscoded), transcode.bench.facts.one(AudioExtracted)]
    keys = [one.frames.key for one in made[:-1]] + [one.shot_scores.key for one in made[:-1]]
    assert await transcode.decide(asset_called("clip"), 2, allowed=False) == []
    for key in [*keys, made[-1].speech.key]:
        assert not await transcode.bench.objects.exists(key)
    assert (await transcode.download(ended.playlist))[0], "it plays"
    (permitted,) = await transcode.decide(asset_called("clip"), 3)
    assert (permitted.work.generation, permitted.rights_revision) == (1, 3)
    asset.work.generation, asset.rights_revision = 2, 3
    again = await transcode.transcode(asset)
    assert list(again.missing) == []
    assert await transcode.decide(asset_called("clip"), 4) == [permitted_again(permitted)], (
        "ingest ignores it"
    )


def permitted_again(permitted):
    """Return the same with the revision of the decision after it."""
    again = type(permitted)()
    again.CopyFrom(permitted)
    again.rights_revision += 1
    return again


async def test_a_passage_that_is_withheld_later_takes_its_chunks_along_and_has_the_rest_made_anew(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4"))
    await transcode.transcode(asset)
    first, second, *_ = sorted(transcode.bench.facts.of(ChunkTranscoded), key=lambda one: one.index)
    (permitted,) = await transcode.decide(
        asset_called("clip"), 2, (first.span.start_pts, first.span.start_pts + 1)
    )
    assert permitted.work.generation == 1
    assert not await transcode.bench.objects.exists(first.frames)
    assert await transcode.bench.objects.exists(second.frames)


async def test_a_decision_in_the_middle_of_a_chunk_wins(
    transcode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4"))
    planned, *_ = await transcode.plan(asset)
    put_file = type(transcode.bench.objects).put_file
    bundles = []

    async def put(self, path, *, media_type, suffix=""):
        ref = await put_file(self, path, media_type=media_type, suffix=suffix)
        if media_type == ARROW and not bundles:
            bundles.append(ref)
            await transcode.decide(asset_called("clip"), 2, allowed=False)
        return ref

    monkeypatch.setattr(type(transcode.bench.objects), "put_file", put)
    made = await transcode.make(planned)
    assert not made.HasField("frames")
    assert not await transcode.bench.objects.exists(bundles[0])


def test_every_stage_that_reads_facts_of_assets_asks_for_tombstones(transcode) -> None:
    stages = [one for one in transcode.bench.service.stages if isinstance(one, Stage | HeavyStage)]
    first = {"transcode.remove_asset", "transcode.erase"}
    assert {one.group for one in stages if not isinstance(one.handler, UnlessGone)} == first


async def test_what_comes_of_a_removed_asset_makes_nothing(transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(frames=50)))
    planned, *_ = await transcode.plan(asset)
    made = await transcode.make(planned)
    sound = transcode.bench.facts.one(AudioExtracted)
    await transcode.bench.deliver(AssetRemoved(asset_id=asset_called("clip")))
    transcode.bench.facts.clear()
    again = AssetIngested()
    again.CopyFrom(asset)
    again.work.generation = 2
    for fact in (asset, again, planned, made, sound):
        assert await transcode.bench.deliver(fact) == []
    await transcode.decide(asset_called("clip"), 9)
    await transcode.bench.run_jobs()
    assert transcode.bench.facts.messages == []
    left = {
        name: await transcode.bench.documents.count(name, {}) for name in ("assets", "parts", "materials")
    }
    assert set(left.values()) == {0}
    assert await transcode.bench.documents.count("references", {"holder": asset_called("clip")}) == 0
    assert await transcode.bench.documents.count(TOMBSTONES, {}) == 1


async def test_a_job_whose_asset_goes_while_it_runs_leaves_nothing(
    transcode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(frames=50)))
    put_file = type(transcode.bench.objects).put_file

    async def put(self, path, *, media_type, suffix=""):
        await transcode.bench.deliver(
            AssetRemoved(asset_id=asset_called("clip")), transcode.bench.cause("removal")
        )
        return await put_file(self, path, media_type=media_type, suffix=suffix)

    monkeypatch.setattr(type(transcode.bench.objects), "put_file", put)
    assert await transcode.plan(asset) == []
    assert await transcode.bench.documents.count("references", {}) == 0
    assert await transcode.bench.documents.count("assets", {}) == 0


async def test_what_a_redelivery_makes_by_another_decision_is_another_event(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(frames=50)))
    planned, *_ = await transcode.plan(asset)
    cause = transcode.bench.cause("planned")
    for _ in range(2):
        await transcode.bench.deliver(planned, cause, group="transcode.make_chunk")
    assert len(transcode.bench.facts.of(ChunkTranscoded)) == 1
    await transcode.decide(asset_called("clip"), 2, allowed=False)
    await transcode.bench.deliver(planned, cause, group="transcode.make_chunk")
    assert [one.rights_revision for one in transcode.bench.facts.of(ChunkTranscoded)] == [1, 2]
