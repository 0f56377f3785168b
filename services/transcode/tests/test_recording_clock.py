"""The finished recording follows from the set of its segments: gaps, outages, splices, order and lateness.

Pictures carry their numbers and every full second beeps, so that in what comes out every beep must lie where
the picture with a full second's number is shown.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, MEDIA_KIND_VIDEO, MediaKind, Work
from framewell.media.v1.media_service_pb2 import GetFrameRequest, GetPlaylistRequest
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.facts import Fact
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.jobs.store import job_of
from framewell_kit.outcome_messages import done, failed, is_done
from framewell_kit.rights_decisions import Passages
from framewell_kit.stream import Reason
from framewell_media.messages import timeline_value
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number, luma_plane
from framewell_media.testing.line21 import erase, pop_on, write_with_captions
from framewell_media.testing.splices import Part, spliced
from framewell_media.timeline import Moment
from framewell_transcode.adapters.sandboxed_processor import SandboxedProcessor
from framewell_transcode.adapters.sandboxed_segments import SandboxedSegments
from framewell_transcode.domain.jobs import RECORDING
from framewell_transcode.domain.recording_layout import LaidSegment
from framewell_transcode.domain.recordings import PlannedSegment
from framewell_transcode.testing import Transcode

ASSET = "5a3c6f4e-8a53-4d0e-9f0b-6c1d2a7be417"
RATE = 25


@dataclass(slots=True)
class Recording:
    """Segments of one recording by number, each of the parts that its file is joined from."""

    transcode: Transcode
    folder: Path
    segments: Mapping[int, Sequence[Part]]
    suffix: str = ".ts"
    kind: MediaKind.ValueType = MEDIA_KIND_VIDEO
    paths: dict[int, Path] = field(default_factory=dict)

    async def arrive(self, *numbers: int, generation: int = 1) -> None:
        """Have segments come, each so late that it is not waited for any longer."""
        bench = self.transcode.bench
        for number in numbers:
            if number not in self.paths:
                path = self.folder / f"{number}{self.suffix}"
                self.paths[number] = spliced(path, *self.segments[number])
            stored = await bench.objects.put_file(self.paths[number], media_type="video/mp2t", suffix=".ts")
            await bench.deliver(
                SegmentIngested(
                    work=work(generation, self.kind), sequence=number, object=stored, outcome=done()
                )
            )
            for _ in range(2):
                await bench.run_jobs()
                bench.clock.advance(10)  # type: ignore[attr-defined]

    async def end(self, last: int | None = None) -> AssetTranscoded:
        """Close the recording and carry it to its end, as ingest would."""
        last = max(self.segments) if last is None else last
        missing = last + 1 - len([number for number in self.paths if number <= last])
        closed = RecordingClosed(work=work(1, self.kind), last_sequence=last, missing_count=missing)
        return await self.transcode.end_recording(closed)


def work(generation: int = 1, kind: MediaKind.ValueType = MEDIA_KIND_VIDEO) -> Work:
    return Work(asset_id=ASSET, generation=generation, lane=LANE_LIVE, kind=kind)


async def recording(
    transcode: Transcode, folder: Path, segments: Mapping[int, Sequence[Part]], suffix: str = ".ts"
) -> Recording:
    await transcode.decide(ASSET)
    return Recording(transcode, folder, segments, suffix)


async def played(transcode: Transcode, end: AssetTranscoded) -> tuple[dict[int, float], list[float]]:
    """Return when each picture is shown first, by its number, and when beeps begin."""
    assert is_done(end.outcome)
    pictures, sound = await transcode.download(end.playlist)
    with av.open(io.BytesIO(b"".join(pictures)), mode="r") as movie:
        shown = [
            (float(frame.pts * frame.time_base), frame_number(luma_plane(frame)))
            for frame in movie.decode(video=0)
        ]
    assert all(later[0] > before[0] for before, later in pairwise(shown))
    with av.open(io.BytesIO(b"".join(sound)), mode="r") as movie:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in movie.decode(audio=0)])
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    starts = [loud[0], *(late for early, late in pairwise(loud) if late - early > 4800)]
    return {number: at for at, number in reversed(shown)}, [float(start) / 48_000 for start in starts]


async def in_sync(transcode: Transcode, end: AssetTranscoded, places: Mapping[int, float]) -> None:
    """Check that every picture is shown at its second, and that beeps lie on those of full seconds."""
    shown, beeps = await played(transcode, end)
    assert shown == {number: pytest.approx(at, abs=0.001) for number, at in places.items()}
    assert beeps == [
        pytest.approx(at, abs=0.025) for number, at in sorted(places.items()) if number % RATE == 0
    ]


async def test_pictures_lost_inside_a_segment_are_a_gap_of_the_recording(
    transcode: Transcode, tmp_path: Path
) -> None:
    kept = [*range(50, 80), *range(100, 125)]
    parts = {0: [Part(range(50), 20.0)], 1: [Part(kept, 22.0, seconds=3)], 2: [Part(range(125, 175), 25.0)]}
    one = await recording(transcode, tmp_path, parts)
    await one.arrive(2, 0, 1)
    end = await one.end()
    timeline = timeline_value(end.work.timeline)
    assert (timeline.has_gaps, timeline.frame_count, timeline.duration_seconds) == (True, 175, 7)
    assert list(end.missing) == [
        "From 0:00:03.2 to 0:00:04.0 the recording has no pictures; the one before is held."
    ]
    await in_sync(transcode, end, {number: number / RATE for number in [*range(50), *kept, *range(125, 175)]})


async def test_an_outage_on_the_edge_of_a_segment_keeps_its_length(
    transcode: Transcode, tmp_path: Path
) -> None:
    parts = {0: [Part(range(50), 20.0)], 1: [Part(range(400, 450), 36.0)], 2: [Part(range(450, 475), 38.0)]}
    one = await recording(transcode, tmp_path, parts)
    await one.arrive(0, 2, 1)
    end = await one.end()
    timeline = timeline_value(end.work.timeline)
    assert (timeline.has_gaps, timeline.frame_count, timeline.duration_seconds) == (True, 475, 19)
    assert list(end.missing) == [
        "From 0:00:02.0 to 0:00:16.0 (frames 50 to 399) "
        "the recording has no pictures; the one before is held."
    ]
    index = await transcode.index(end)
    spans = [chunk.span for chunk in index.chunks]
    assert [(span.first_frame, span.frames) for span in spans] == [(0, 50), (400, 50), (450, 25)]
    await in_sync(transcode, end, {number: number / RATE for number in [*range(50), *range(400, 475)]})
    shown = await transcode.bench.call("GetFrame", GetFrameRequest(asset_id=ASSET, seconds=10.0))
    assert shown.moment.frame == 49, "the picture before the outage is held"


async def test_a_clock_that_steps_back_inside_a_segment_loses_nothing(
    transcode: Transcode, tmp_path: Path
) -> None:
    parts = {
        0: [Part(range(55), 20.0)],
        1: [Part(range(55, 105), 22.2), Part(range(105, 160), 10.0)],
        2: [Part(range(160, 200), 12.2)],
    }
    one = await recording(transcode, tmp_path, parts)
    await one.arrive(0, 1, 2)
    end = await one.end()
    assert (end.work.timeline.frame_count, list(end.missing)) == (200, [])
    await in_sync(transcode, end, {number: number / RATE for number in range(200)})
    for number in (60, 104, 105, 159, 160):
        shown = await transcode.bench.call("GetFrame", GetFrameRequest(asset_id=ASSET, frame=number))
        with av.open(io.BytesIO(shown.jpeg)) as picture:
            grey = next(picture.decode(video=0)).reformat(format="gray8").to_ndarray()
        assert (shown.moment.frame, frame_number(grey)) == (number, number)


ODD = {
    0: [Part(range(50), 20.0)],
    1: [Part(range(50, 125), 3.0)],
    2: [Part(range(125, 150), 1.0)],
    4: [Part([*range(200, 205), *range(215, 250)], 900.0, seconds=2)],
    5: [Part(range(250, 275), 905.0)],
}
"""Clocks that begin anew, a number that never came, a gap inside and an outage on an edge."""


@pytest.mark.parametrize("order", [(0, 1, 2, 4, 5), (5, 4, 2, 1, 0), (2, 0, 5, 4, 0, 1, 5)], ids=str)
async def test_the_finished_recording_is_the_same_in_whatever_order_its_segments_came(
    transcode: Transcode, tmp_path: Path, order: Sequence[int]
) -> None:
    one = await recording(transcode, tmp_path, ODD)
    await one.arrive(*order)
    end = await one.end()
    assert list(end.missing) == [
        "From 0:00:08.2 to 0:00:08.6 the recording has no pictures; the one before is held.",
        "From 0:00:10.0 to 0:00:13.0 (frames 250 to 324) "
        "the recording has no pictures; the one before is held.",
        "From 0:00:06.0 to 0:00:08.0 (frames 150 to 199) is missing: segment 3 of the recording never came.",
    ]
    timeline = timeline_value(end.work.timeline)
    assert (timeline.frame_count, timeline.duration_seconds, timeline.has_gaps) == (350, 14, True)
    places = {number: number / RATE for number in [*range(150), *range(200, 205), *range(215, 250)]}
    await in_sync(transcode, end, places | {number: (number + 75) / RATE for number in range(250, 275)})


async def test_a_straggler_has_itself_made_alone_and_a_recording_done_again_all(
    transcode: Transcode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {number: [Part(range(50 * number, 50 * number + 50), 20.0 + 2 * number)] for number in range(3)}
    one = await recording(transcode, tmp_path, parts)
    await one.arrive(0, 2)
    first = await one.end()
    assert len(first.missing) == 1
    made, make_chunk = list[int](), SandboxedProcessor.make_chunk
    sounds, sound = list[int](), SandboxedSegments.sound

    async def counted(self: SandboxedProcessor, planned: ChunkPlanned, withheld: Passages) -> ChunkTranscoded:
        made.append(planned.index)
        return await make_chunk(self, planned, withheld)

    async def heard(self: SandboxedSegments, planned: PlannedSegment, laid: LaidSegment) -> object:
        sounds.append(planned.sequence)
        return await sound(self, planned, laid)

    monkeypatch.setattr(SandboxedProcessor, "make_chunk", counted)
    monkeypatch.setattr(SandboxedSegments, "sound", heard)
    await one.arrive(1)
    for generation, again in ((2, [1]), (3, [0, 1, 2])):
        made.clear()
        sounds.clear()
        await transcode.bench.deliver(AssetIngested(work=work(generation), recording=True))
        end = await transcode.end_recording(RecordingClosed(work=work(generation), last_sequence=2))
        assert (end.work.generation, list(end.missing)) == (generation, [])
        assert (sorted(made), sorted(sounds)) == (again, again)
        await in_sync(transcode, end, {number: number / RATE for number in range(150)})


@pytest.mark.parametrize("again", [1, 2], ids=["sent again once closed", "fetched again"])
async def test_a_segment_that_failed_is_shown_once_it_can_be_had(
    transcode: Transcode, tmp_path: Path, again: int
) -> None:
    parts = {number: [Part(range(50 * number, 50 * number + 50), 20.0 + 2 * number)] for number in range(2)}
    one = await recording(transcode, tmp_path, parts)
    await one.arrive(0)
    await transcode.bench.deliver(
        SegmentIngested(work=work(), sequence=1, outcome=failed("unreachable", "It was away."))
    )
    first = await transcode.end_recording(RecordingClosed(work=work(), last_sequence=1))
    assert len(first.missing) == 1
    if again == 2:
        await transcode.bench.deliver(AssetIngested(work=work(2), recording=True))
    await one.arrive(1, generation=again)
    await transcode.bench.deliver(AssetIngested(work=work(2), recording=True))
    end = await transcode.end_recording(RecordingClosed(work=work(2), last_sequence=1))
    assert (end.work.generation, end.work.timeline.frame_count, list(end.missing)) == (2, 100, [])


async def test_timecode_goes_on_behind_a_gap_by_the_label_of_whichever_segment_is_the_first(
    transcode: Transcode, tmp_path: Path
) -> None:
    one = await recording(transcode, tmp_path, {0: [], 1: []}, ".mov")
    for number, label in ((1, "10:00:02:00"), (2, "10:00:04:00")):
        one.paths[number] = make_clip(
            tmp_path / f"{number}.mov", Clip(frames=50, timecode=label, sound=False)
        )
    await one.arrive(2, 1)
    end = await one.end(last=2)
    timeline = timeline_value(end.work.timeline)
    assert timeline.start_timecode == "10:00:00:00"
    assert timeline.timecode(Moment(timeline.end_pts - timeline.duration_pts // 6, 100)) == "10:00:05:00"


async def test_a_recording_of_sound_alone_keeps_its_gaps_and_grows_while_it_runs(
    transcode: Transcode, tmp_path: Path
) -> None:
    parts = {
        0: [Part(range(50), 20.0, has_pictures=False)],
        2: [Part(range(150, 200), 26.0, has_pictures=False)],
        3: [Part(range(250, 300), 30.0, has_pictures=False)],
    }
    one = await recording(transcode, tmp_path, parts)
    one.kind = MEDIA_KIND_AUDIO
    await one.arrive(2, 0)
    growing = await transcode.bench.call("GetPlaylist", GetPlaylistRequest(asset_id=ASSET))
    lines = (
        await transcode.bench.call(
            "GetPlaylist", GetPlaylistRequest(asset_id=ASSET, name="recording-sound.m3u8")
        )
    ).text.splitlines()
    assert "recording-sound.m3u8" in growing.text
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in lines
    assert (lines.count("#EXT-X-GAP"), len([line for line in lines if line.startswith("../")])) == (1, 3)
    await one.arrive(3)
    end = await one.end()
    assert is_done(end.outcome)
    assert end.chunk_count == 0
    assert list(end.missing) == [
        "From 0:00:08.0 to 0:00:10.0 the recording has no sound.",
        "From 0:00:02.0 to 0:00:06.0 is missing: segment 1 of the recording never came.",
    ]
    assert end.work.timeline.has_gaps
    sound = transcode.bench.facts.of(AudioExtracted)[-1]
    assert float(timeline_value(end.work.timeline).duration_seconds) == pytest.approx(12, abs=0.05)
    assert sound.HasField("speech")
    text = (await transcode.bench.objects.read(end.playlist)).decode()
    with av.open(io.BytesIO(b"".join(await transcode.track(text.strip().splitlines()[-1])))) as movie:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in movie.decode(audio=0)])
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    starts = [loud[0], *(late for early, late in pairwise(loud) if late - early > 4800)]
    assert [at / 48_000 for at in starts] == [pytest.approx(at, abs=0.035) for at in (0, 1, 6, 7, 10, 11)]


async def test_captions_inside_the_pictures_of_segments_become_one_track(
    transcode: Transcode, tmp_path: Path
) -> None:
    one = await recording(transcode, tmp_path, {})
    for number, text in ((0, "Guten Abend"), (2, "Gute Nacht")):
        captions = {10: pop_on(text), 80: erase()}
        one.paths[number] = write_with_captions(tmp_path / f"{number}.ts", captions, frames=100)
    await one.arrive(2, 0)
    end = await one.end(last=2)
    (track,) = end.captions
    assert (track.format, track.cue_count) == ("eia_608", 2)
    text = (await transcode.bench.objects.read(track.cues)).decode()
    times = [
        float(minute) * 60 + float(second) for minute, second in re.findall(r":(\d\d):([\d.]+) -->", text)
    ]
    assert text.startswith("WEBVTT\n\n")
    assert re.findall("Guten Abend|Gute Nacht", text) == ["Guten Abend", "Gute Nacht"]
    assert times[1] - times[0] == pytest.approx(8, abs=0.05), "one segment of four seconds is missing between"


async def test_a_recording_that_cannot_be_put_together_ends_all_the_same(transcode: Transcode) -> None:
    await transcode.bench.deliver(RecordingClosed(work=work(), last_sequence=0))
    document = await transcode.bench.documents.get(JOBS, f"{RECORDING}/{ASSET}/1")
    kind = next(one for one in transcode.bench.service.jobs if one.kind == RECORDING)
    assert document is not None
    assert kind.gave_up is not None
    (fact,) = kind.gave_up(job_of(document), Reason("a disk is broken", "failed"))
    assert isinstance(fact, Fact)
    assert isinstance(fact.message, AssetTranscoded)
    assert fact.message.outcome.failed.code == "not_stitched"


async def test_a_recording_of_which_nothing_can_be_planned_is_rejected_in_words(
    transcode: Transcode, tmp_path: Path
) -> None:
    one = await recording(transcode, tmp_path, {})
    one.paths[0] = tmp_path / "noise.ts"
    one.paths[0].write_bytes(b"\x47" + bytes(187) * 40)
    await one.arrive(0)
    bench = transcode.bench
    await bench.deliver(RecordingClosed(work=work(), last_sequence=0))
    await bench.settle()
    refused = bench.facts.one(AssetRejected)
    assert refused.code == "unreadable"
    assert refused.detail.startswith("Not one segment of the recording can be read.")
    assert bench.facts.of(ChunkTranscoded) == []
