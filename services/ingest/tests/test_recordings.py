"""A recording under way: its segments in any order, twice, missing, broken, late, removed."""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetPermitted, AssetRejected, AssetRemoved
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, MEDIA_KIND_VIDEO, Programme, Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell.recording.v1.recording_pb2 import RecordingClosed, RecordingMoved, SequenceRange
from framewell.rights.v1.rights_pb2 import USE_PROHIBITED, RightsStatement
from framewell.segment.v1.segment_pb2 import SegmentArrived, SegmentIngested
from framewell_ingest.ports import CLOSE, SEGMENT
from framewell_ingest.testing import SOURCE, IngestBench
from framewell_kit.facts import Fact
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.jobs.store import job_of
from framewell_kit.outcome_messages import is_done
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.held_lease import HeldLease
from framewell_media.testing import Clip, make_clip

ASSET = "5a3c6f4e-8a53-4d0e-9f0b-6c1d2a7be417"


def piece(folder: Path, number: int) -> Path:
    """Return one segment as a file; each has other content."""
    path = folder / f"{number}.ts"
    return path if path.exists() else make_clip(path, Clip(frames=10 + number, sound=False))


async def arrive(ingest: IngestBench, number: int, *, last: bool = False, **more: object) -> None:
    """Deliver one segment and do the jobs that wait."""
    fact = SegmentArrived(asset_id=ASSET, sequence=number, last=last, **more)  # type: ignore[arg-type]
    fact.uri = fact.uri or piece(ingest.inbox, number).as_uri()
    await ingest.deliver(fact, ingest.cause(source=SOURCE))
    await ingest.run_jobs()


async def pass_time(ingest: IngestBench, seconds: float) -> None:
    """Let time pass and do what waited for it."""
    for _ in range(round(seconds) + 1):
        ingest.clock.advance(1)  # type: ignore[attr-defined]
        await ingest.run_jobs()


def sequences(ingest: IngestBench) -> list[int]:
    """Return the numbers of the segments that were taken in, in the order of their facts."""
    return [one.sequence for one in ingest.facts.of(SegmentIngested) if is_done(one.outcome)]


async def test_a_recording_becomes_an_asset_at_its_first_segment(ingest: IngestBench) -> None:
    await arrive(
        ingest,
        1,
        programme=Programme(title="Abendschau", channel="Kanal Eins"),
        statements=[RightsStatement(use=USE_PROHIBITED, verbatim="Live rights only.")],
        labels={"desk": "4711"},
    )
    await arrive(ingest, 0)
    end = ingest.facts.one(AssetIngested)
    assert end.recording
    assert (end.work.asset_id, end.work.lane, end.work.kind) == (ASSET, LANE_LIVE, MEDIA_KIND_VIDEO)
    assert (end.programme.channel, end.labels["desk"], end.container) == ("Kanal Eins", "4711", "mpegts")
    assert [(one.verbatim, one.issuer) for one in end.statements] == [("Live rights only.", SOURCE)]
    assert sequences(ingest) == [1, 0]
    for one in ingest.facts.of(SegmentIngested):
        assert await ingest.objects.read(one.object) == piece(ingest.inbox, one.sequence).read_bytes()
        assert (one.work.asset_id, one.work.generation, one.container) == (ASSET, 1, "mpegts")


async def test_it_is_closed_as_soon_as_everything_up_to_the_last_segment_is_there(
    ingest: IngestBench,
) -> None:
    await arrive(ingest, 2, last=True)
    await arrive(ingest, 0)
    assert ingest.facts.of(RecordingClosed) == []
    await arrive(ingest, 1)
    await pass_time(ingest, 1)
    closed = ingest.facts.one(RecordingClosed)
    assert (closed.work.asset_id, closed.work.generation, closed.last_sequence) == (ASSET, 1, 2)
    assert (list(closed.missing), closed.missing_count) == ([], 0)


async def test_a_segment_that_comes_twice_is_fetched_once(ingest: IngestBench) -> None:
    await arrive(ingest, 0)
    await arrive(ingest, 0)
    await arrive(ingest, 0, uri="file:///elsewhere/0.ts")
    assert sequences(ingest) == [0]
    assert len(ingest.facts.of(AssetIngested)) == 1


async def test_missing_segments_are_named_when_the_last_one_was_there_for_some_time(
    ingest: IngestBench,
) -> None:
    await arrive(ingest, 1)
    await arrive(ingest, 5, last=True)
    await pass_time(ingest, 8)
    assert ingest.facts.of(RecordingClosed) == []
    await pass_time(ingest, 4)
    closed = ingest.facts.one(RecordingClosed)
    assert list(closed.missing) == [SequenceRange(first=0, last=0), SequenceRange(first=2, last=4)]
    assert (closed.last_sequence, closed.missing_count) == (5, 4)


async def test_silence_closes_a_recording_that_nobody_ended(ingest: IngestBench) -> None:
    await arrive(ingest, 0)
    await pass_time(ingest, 50)
    await arrive(ingest, 1)
    heard = ingest.clock.now()
    await pass_time(ingest, 50)
    assert ingest.facts.of(RecordingClosed) == []
    job = await ingest.documents.get(JOBS, f"{CLOSE}/{ASSET}/1")
    assert job is not None
    closes = f"it is closed at {heard + timedelta(minutes=1):%H:%M:%S} UTC unless another comes"
    assert job["reason"] == f"the recording is under way, with 2 segments so far; {closes}"
    await pass_time(ingest, 12)
    assert ingest.facts.one(RecordingClosed).last_sequence == 1


async def test_stragglers_raise_the_generation_once_for_all_that_come_together(ingest: IngestBench) -> None:
    await arrive(ingest, 0)
    await arrive(ingest, 3, last=True)
    await pass_time(ingest, 12)
    await arrive(ingest, 2)
    await arrive(ingest, 1)
    await pass_time(ingest, 15)
    first, second = ingest.facts.of(RecordingClosed)
    assert (first.work.generation, first.missing_count) == (1, 2)
    assert (second.work.generation, second.missing_count) == (2, 0)
    again = ingest.facts.of(AssetIngested)
    assert [(one.work.generation, one.recording) for one in again] == [(1, True), (2, True)]
    await pass_time(ingest, 120)
    assert len(ingest.facts.of(RecordingClosed)) == 2


async def test_a_repeat_after_the_end_changes_nothing(ingest: IngestBench) -> None:
    await arrive(ingest, 0, last=True)
    await pass_time(ingest, 2)
    await arrive(ingest, 0, last=True)
    await pass_time(ingest, 100)
    assert len(ingest.facts.of(RecordingClosed)) == len(ingest.facts.of(AssetIngested)) == 1


async def test_a_straggler_after_repeats_is_not_passed_over(ingest: IngestBench) -> None:
    await arrive(ingest, 0)
    await arrive(ingest, 2, last=True)
    await pass_time(ingest, 12)
    await arrive(ingest, 2, last=True)
    await pass_time(ingest, 30)
    await arrive(ingest, 1)
    await pass_time(ingest, 12)
    assert [one.missing_count for one in ingest.facts.of(RecordingClosed)] == [1, 0]


async def test_a_recording_done_again_is_closed_again_as_the_next_generation(ingest: IngestBench) -> None:
    await arrive(ingest, 0)
    await arrive(ingest, 2, last=True)
    await pass_time(ingest, 12)
    await ingest.call("Reprocess", pb.ReprocessRequest(asset_id=ASSET))
    await pass_time(ingest, 2)
    await ingest.deliver(AssetPermitted(work=Work(asset_id=ASSET, generation=2), rights_revision=2))
    await pass_time(ingest, 2)
    closed = ingest.facts.of(RecordingClosed)
    assert [(one.work.generation, one.missing_count) for one in closed] == [(1, 1), (2, 1), (3, 1)]


@pytest.mark.parametrize("is_mended", [True, False], ids=["mended", "still broken"])
async def test_a_recording_done_again_has_its_failed_segments_fetched_again(
    ingest: IngestBench, is_mended: bool
) -> None:
    mended = ingest.inbox / "mended.ts"
    mended.write_text("no media at all")
    await arrive(ingest, 0)
    await arrive(ingest, 1, last=True, uri=mended.as_uri())
    await pass_time(ingest, 120)
    if is_mended:
        piece(ingest.inbox, 1).rename(mended)
    await ingest.call("Reprocess", pb.ReprocessRequest(asset_id=ASSET))
    await pass_time(ingest, 80)
    ends = [one for one in ingest.facts.of(SegmentIngested) if one.sequence == 1]
    assert [(one.work.generation, is_done(one.outcome)) for one in ends] == [(1, False), (2, is_mended)]
    closed = ingest.facts.of(RecordingClosed)
    assert [(one.work.generation, one.missing_count) for one in closed] == [(1, 0), (2, 0)]
    assert [one.work.generation for one in ingest.facts.of(AssetIngested)] == [1, 2]


async def test_a_recording_that_transcode_moved_is_done_again_once(ingest: IngestBench) -> None:
    await arrive(ingest, 0, last=True)
    await pass_time(ingest, 1)
    moved = RecordingMoved(work=ingest.facts.one(RecordingClosed).work, segment_count=3)
    for _ in range(3):
        await ingest.deliver(moved)
        await pass_time(ingest, 1)
    assert [one.work.generation for one in ingest.facts.of(AssetIngested)] == [1, 2]
    assert [one.work.generation for one in ingest.facts.of(RecordingClosed)] == [1, 2]


async def test_a_broken_segment_is_given_up_and_the_recording_goes_on(ingest: IngestBench) -> None:
    broken = ingest.inbox / "broken.ts"
    broken.write_bytes(b"no media at all, only words\n" * 40)
    await arrive(ingest, 0, uri=broken.as_uri())
    await arrive(ingest, 1, uri=(ingest.inbox / "nowhere.ts").as_uri())
    await arrive(ingest, 2, last=True)
    await pass_time(ingest, 2)
    failed = {one.sequence: one.outcome.failed.code for one in ingest.facts.of(SegmentIngested)}
    assert failed == {0: "not_media", 1: "unreachable", 2: ""}
    assert ingest.facts.one(AssetIngested).uri.endswith("/2.ts")
    assert ingest.facts.one(RecordingClosed).missing_count == 0  # they came, and were given up


@pytest.mark.parametrize("suffix", [".wav", ".ts"])
async def test_a_recording_of_sound_alone_is_taken_in(ingest: IngestBench, suffix: str) -> None:
    for number in (0, 1):
        path = ingest.inbox / f"{number}{suffix}"
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(16000 + number))
        await ingest.deliver(
            SegmentArrived(asset_id=ASSET, sequence=number, uri=path.as_uri(), last=number == 1)
        )
        await ingest.run_jobs()
    await pass_time(ingest, 2)
    assert ingest.facts.one(AssetIngested).work.kind == MEDIA_KIND_AUDIO
    assert [one.work.kind for one in ingest.facts.of(SegmentIngested)] == [MEDIA_KIND_AUDIO] * 2
    assert ingest.facts.one(RecordingClosed).work.kind == MEDIA_KIND_AUDIO


@pytest.mark.parametrize("order", [("broken", "good"), ("good", "broken")], ids=" then ".join)
async def test_of_a_number_that_comes_twice_the_one_that_can_be_read_counts(
    ingest: IngestBench, order: tuple[str, str]
) -> None:
    broken = ingest.inbox / "broken.ts"
    broken.write_text("no media at all")
    await arrive(ingest, 0)
    for one in order:
        await arrive(
            ingest, 1, last=True, uri=(broken if one == "broken" else piece(ingest.inbox, 1)).as_uri()
        )
        await pass_time(ingest, 12)
    assert sequences(ingest) == [0, 1]
    assert ingest.facts.of(RecordingClosed)[-1].missing_count == 0
    assert ingest.facts.of(AssetIngested)[-1].work.generation == (2 if order[0] == "broken" else 1)


async def test_a_segment_that_could_not_be_had_is_had_when_it_is_sent_again_from_the_same_place(
    ingest: IngestBench,
) -> None:
    late = ingest.inbox / "late.ts"
    late.write_text("no media at all")
    await arrive(ingest, 0)
    await arrive(ingest, 1, last=True, uri=late.as_uri())
    await pass_time(ingest, 12)
    piece(ingest.inbox, 1).rename(late)
    await arrive(ingest, 1, last=True, uri=late.as_uri())
    await pass_time(ingest, 12)
    assert ingest.facts.of(RecordingClosed)[-1].missing_count == 0
    assert ingest.facts.of(AssetIngested)[-1].work.generation == 2


async def test_a_segment_whose_work_fails_for_good_is_given_up_in_words(
    ingest: IngestBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    await arrive(ingest, 0)
    monkeypatch.setattr(type(ingest.stored), "put_file", fails)
    await arrive(ingest, 1, last=True)
    await pass_time(ingest, 40)
    given_up = ingest.facts.of(SegmentIngested)[-1]
    assert (given_up.sequence, given_up.outcome.failed.code) == (1, "failed")
    assert "bug" not in given_up.outcome.failed.detail
    assert ingest.facts.one(RecordingClosed).missing_count == 0


async def test_a_recording_without_a_readable_segment_is_rejected(ingest: IngestBench) -> None:
    await arrive(ingest, 0, last=True, uri=(ingest.inbox / "nowhere.ts").as_uri())
    await pass_time(ingest, 2)
    end = ingest.facts.one(AssetRejected)
    assert "None of the 1 segments" in end.detail
    assert ingest.facts.of(RecordingClosed) == []


async def test_a_segment_of_an_asset_that_is_a_file_is_refused(ingest: IngestBench) -> None:
    await ingest.take_in(IngestRequested(asset_id=ASSET, uri=piece(ingest.inbox, 0).as_uri()))
    with pytest.raises(Rejected, match="is no recording"):
        await arrive(ingest, 1)


@pytest.mark.parametrize(
    "uri", ["https://user:secret@host/0.ts", "https://host/0.ts?X-Amz-Signature=abcdef0123456789"]
)
async def test_an_address_with_a_secret_is_refused_and_kept_nowhere(ingest: IngestBench, uri: str) -> None:
    with pytest.raises(Rejected):
        await arrive(ingest, 0, uri=uri)
    assert await ingest.assets() == []


async def test_a_number_beyond_what_a_recording_may_have_is_refused(ingest: IngestBench) -> None:
    with pytest.raises(Rejected, match="at most 40,000 segments"):
        await arrive(ingest, 40_000, uri="file:///a.ts")
    assert await ingest.assets() == []


async def test_a_worker_killed_before_its_facts_left_says_the_same_events_again(ingest: IngestBench) -> None:
    fact = SegmentArrived(asset_id=ASSET, sequence=0, uri=piece(ingest.inbox, 0).as_uri())
    await ingest.deliver(fact, ingest.cause(source=SOURCE))
    document = await ingest.documents.get(JOBS, f"{SEGMENT}/{ASSET}/0")
    assert document is not None
    kind = next(one for one in ingest.service.jobs if one.kind == SEGMENT)
    first = await kind.work(job_of(document), HeldLease(ingest.jobs, document))
    again = await kind.work(job_of(document), HeldLease(ingest.jobs, document))
    assert first == again
    assert [type(one.message) for one in first if isinstance(one, Fact)] == [AssetIngested, SegmentIngested]


async def test_what_is_permitted_later_is_done_again_with_the_segments_that_follow(
    ingest: IngestBench,
) -> None:
    await arrive(ingest, 0)
    await ingest.deliver(AssetPermitted(work=Work(asset_id=ASSET, generation=1), rights_revision=2))
    await arrive(ingest, 1)
    assert [one.work.generation for one in ingest.facts.of(SegmentIngested)] == [1, 2]
    assert [one.work.generation for one in ingest.facts.of(AssetIngested)] == [1, 2]


async def test_of_a_recording_that_is_removed_under_way_nothing_stays(ingest: IngestBench) -> None:
    await arrive(ingest, 0)
    await ingest.deliver(AssetRemoved(asset_id=ASSET))
    await arrive(ingest, 1)
    await pass_time(ingest, 70)
    assert ingest.stored_files() == []
    for name in ("recordings", "segments"):
        assert await ingest.documents.find(name, {}) == []
    assert ingest.facts.of(RecordingClosed) == []
    (asset,) = await ingest.assets()
    assert asset.state == pb.INGEST_STATE_REMOVED
