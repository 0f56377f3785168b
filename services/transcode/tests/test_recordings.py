"""Recordings under way: each segment a chunk at once, one clock in the end, whatever order they come in."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRemoved, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import MEDIA_KIND_VIDEO, Work
from framewell.media.v1.media_service_pb2 import GetFrameRequest, GetPlaylistRequest, ListFrameRunsRequest
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell.recording.v1.recording_pb2 import RecordingClosed, SequenceRange
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.jobs.store import job_of
from framewell_kit.outcome_messages import done, failed, is_done
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.testing.held_lease import HeldLease
from framewell_media.testing.clips import frame_number, luma_plane
from framewell_media.testing.segments import make_segments
from framewell_transcode.domain.jobs import RECORDING, SEGMENT
from framewell_transcode.testing import Transcode

ASSET = "5a3c6f4e-8a53-4d0e-9f0b-6c1d2a7be417"
RATE = 25
FRAMES = (50, 75, 50, 100, 60)
"""Pictures of each segment: from 2 to 4 seconds."""
FIRST = [sum(FRAMES[:number]) for number in range(len(FRAMES) + 1)]


@dataclass(slots=True)
class Recorder:
    """Sends the segments of one recording to transcode, as ingest does."""

    transcode: Transcode
    folder: Path
    suffix: str = ".ts"
    continuous: bool = False

    async def segment(self, number: int, generation: int = 1) -> SegmentIngested:
        """Store a segment whose pictures carry their number in the recording."""
        path = self.folder / f"{number}{self.suffix}"
        if not path.exists():
            make_segments(self.folder, FRAMES, suffix=self.suffix, continuous=self.continuous)
        stored = await self.transcode.bench.objects.put_file(path, media_type="video/mp2t", suffix=".ts")
        return SegmentIngested(work=work(generation), sequence=number, object=stored, outcome=done())

    async def arrive(self, *numbers: int, generation: int = 1) -> None:
        """Have segments come and be laid."""
        for number in numbers:
            await self.transcode.bench.deliver(await self.segment(number, generation))
            await self.transcode.bench.run_jobs()

    async def close(self, last: int, *missing: int, generation: int = 1) -> AssetTranscoded:
        """Fix the set of segments, and carry the recording to its end."""
        ranges = [SequenceRange(first=one, last=one) for one in missing]
        closed = RecordingClosed(
            work=work(generation), last_sequence=last, missing=ranges, missing_count=len(missing)
        )
        return await self.transcode.end_recording(closed)

    def planned(self) -> Mapping[int, ChunkPlanned]:
        """Return the chunks that were announced, by number."""
        return {one.index: one for one in self.transcode.bench.facts.of(ChunkPlanned)}


def work(generation: int = 1) -> Work:
    return Work(asset_id=ASSET, generation=generation, lane=LANE_LIVE, kind=MEDIA_KIND_VIDEO)


@pytest.fixture
async def recorder(transcode: Transcode, tmp_path: Path) -> Recorder:
    await transcode.decide(ASSET)
    return Recorder(transcode, tmp_path)


async def shown(transcode: Transcode, end: AssetTranscoded, folder: Path) -> list[tuple[int, int]]:
    """Play the proxy; return each picture's place on the grid of pictures, and the number burnt into it."""
    pictures, _ = await transcode.download(end.playlist)
    path = folder / "proxy.mp4"
    path.write_bytes(b"".join(pictures))
    with av.open(str(path)) as movie:
        return [
            (round(frame.pts * frame.time_base * RATE), frame_number(luma_plane(frame)))
            for frame in movie.decode(video=0)
        ]


def beeps_in(path: Path) -> list[float]:
    """Return the seconds at which a beep begins."""
    loud: list[float] = []
    with av.open(str(path)) as movie:
        for frame in movie.decode(audio=0):
            level = np.abs(frame.to_ndarray()[0])
            for at in np.flatnonzero(level > 0.1):
                second = float(frame.pts * frame.time_base) + at / frame.sample_rate
                if not loud or second - loud[-1] > 0.5:
                    loud.append(second)
    return loud


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (3, 1, 0, 4, 2), (4, 3, 2, 1, 0)], ids=str)
@pytest.mark.parametrize(("suffix", "continuous"), [(".ts", False), (".ts", True), (".mp4", False)])
async def test_every_picture_stands_where_it_was_recorded_in_whatever_order_segments_come(
    recorder: Recorder, tmp_path: Path, order: Sequence[int], suffix: str, continuous: bool
) -> None:
    recorder = replace(recorder, suffix=suffix, continuous=continuous)
    await recorder.arrive(*order)
    end = await recorder.close(4)
    assert is_done(end.outcome)
    assert (end.chunk_count, list(end.missing)) == (5, [])
    timeline = end.work.timeline
    assert (timeline.frame_count, timeline.start_pts) == (FIRST[-1], 0)
    assert await shown(recorder.transcode, end, tmp_path) == [(one, one) for one in range(FIRST[-1])]


async def test_a_segment_is_announced_as_a_chunk_before_the_next_one_comes(recorder: Recorder) -> None:
    await recorder.arrive(0)
    assert list(recorder.planned()) == [0]
    await recorder.arrive(1)
    first, second = recorder.planned().values()
    assert (first.span.first_frame, first.span.frames) == (0, 50)
    assert (second.span.first_frame, second.span.frames) == (50, 75)
    assert second.span.start_pts == first.span.end_pts
    assert (second.chunk_id, second.work.lane) == (f"{ASSET}/1/{second.span.start_pts}", LANE_LIVE)


async def test_what_never_came_is_a_gap_that_is_shown_and_told(recorder: Recorder, tmp_path: Path) -> None:
    await recorder.arrive(0, 1)
    await recorder.arrive(3)
    assert 3 not in recorder.planned()  # the clock of each segment begins anew: the gap is not known
    recorder.transcode.bench.clock.advance(10)  # type: ignore[attr-defined]
    await recorder.transcode.bench.run_jobs()
    assert recorder.planned()[3].span.first_frame == 225  # as long as the longest so far
    end = await recorder.close(4, 2, 4)
    assert [one.partition(" is missing: ")[2] for one in end.missing] == [
        "segment 2 of the recording never came.",
        "segment 4 of the recording never came.",
    ]
    pictures = await shown(recorder.transcode, end, tmp_path)
    assert (200, 125 + 50) not in pictures
    assert [one for one in pictures if one[0] >= 225][:100] == [(225 + one, 175 + one) for one in range(100)]
    held = {number for place, number in pictures if 125 <= place < 225}
    assert held == {124}  # the picture before the gap


async def test_a_late_segment_takes_the_place_that_was_left_for_it(
    recorder: Recorder, tmp_path: Path
) -> None:
    await recorder.arrive(0, 1, 3)
    recorder.transcode.bench.clock.advance(10)  # type: ignore[attr-defined]
    await recorder.transcode.bench.run_jobs()
    await recorder.arrive(2)
    end = await recorder.close(3)
    assert (end.work.generation, list(end.missing)) == (2, [])
    assert end.work.timeline.frame_count == FIRST[4], "no picture is held behind it once the set is known"
    numbers = {number for _, number in await shown(recorder.transcode, end, tmp_path)}
    assert numbers == set(range(FIRST[4]))


async def test_a_straggler_makes_a_new_generation_in_which_nothing_is_missing(
    recorder: Recorder, tmp_path: Path
) -> None:
    await recorder.arrive(0, 1, 3)
    first = await recorder.close(3, 2)
    await recorder.arrive(2)
    assert len(first.missing) == 1
    again = AssetIngested(work=work(2), recording=True)
    await recorder.transcode.bench.deliver(again)
    second = await recorder.close(3, generation=2)
    assert list(second.missing) == []
    assert await shown(recorder.transcode, second, tmp_path) == [(one, one) for one in range(FIRST[4])]


async def test_a_broken_segment_is_told_and_the_others_stand(recorder: Recorder) -> None:
    broken = SegmentIngested(work=work(), sequence=1, outcome=failed("not_media", "This is plain text."))
    await recorder.transcode.bench.deliver(broken)
    await recorder.arrive(0, 2)
    end = await recorder.close(2)
    (sentence,) = end.missing
    assert sentence.endswith("segment 1 of the recording could not be used. This is plain text.")
    chunks = [one for one in recorder.transcode.bench.facts.of(ChunkTranscoded) if is_done(one.outcome)]
    assert sorted(one.index for one in chunks) == [0, 2]


async def test_the_same_segment_twice_is_one_chunk(recorder: Recorder) -> None:
    await recorder.arrive(0, 1, 0, 1)
    assert len(recorder.transcode.bench.facts.of(ChunkPlanned)) == 2
    end = await recorder.close(1)
    assert end.chunk_count == 2


async def test_the_end_may_be_known_before_the_segments(recorder: Recorder) -> None:
    closed = RecordingClosed(work=work(), last_sequence=1)
    await recorder.transcode.bench.deliver(closed)
    await recorder.transcode.bench.settle()
    assert recorder.transcode.bench.facts.of(AssetTranscoded) == []
    await recorder.arrive(1, 0)
    end = await recorder.close(1)
    assert (end.chunk_count, list(end.missing)) == (2, [])


async def test_beeps_stand_at_their_seconds_in_the_sound_of_the_whole(
    recorder: Recorder, tmp_path: Path
) -> None:
    await recorder.arrive(1, 0, 2)
    end = await recorder.close(2)
    sound = recorder.transcode.bench.facts.one(AudioExtracted)
    assert sound.present
    assert sound.HasField("speech")
    assert float(sound.duration.ToTimedelta() / timedelta(seconds=1)) == pytest.approx(7, abs=0.1)
    assert end.expects_audio
    _, played = await recorder.transcode.download(end.playlist)
    path = tmp_path / "sound.mp4"
    path.write_bytes(b"".join(played))
    assert beeps_in(path) == pytest.approx([0, 1, 2, 3, 4, 5, 6], abs=0.025)


async def test_of_a_recording_that_is_removed_under_way_nothing_stays(recorder: Recorder) -> None:
    await recorder.arrive(0)
    await recorder.transcode.bench.deliver(AssetRemoved(asset_id=ASSET))
    await recorder.arrive(1)
    await recorder.transcode.bench.settle()
    for name in ("recordings", "segments", "parts", "references"):
        assert await recorder.transcode.bench.documents.find(name, {}) == []


async def read(recorder: Recorder, name: str = "") -> list[str]:
    """Return the lines of a playlist of the recording by its name."""
    request = GetPlaylistRequest(asset_id=ASSET, name=name)
    answer = await recorder.transcode.bench.call("GetPlaylist", request)
    return list(answer.text.splitlines())


def segments(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.startswith("../")]


async def test_the_playlist_grows_while_the_recording_runs_and_ends_with_it(recorder: Recorder) -> None:
    bench = recorder.transcode.bench
    with pytest.raises(NotFound):
        await read(recorder)
    await recorder.arrive(0)
    await bench.settle()
    before = await read(recorder, "recording.m3u8")
    await recorder.arrive(1)
    await bench.settle()
    master = await read(recorder)
    assert master[-1] == "recording.m3u8"
    assert any("TYPE=AUDIO" in line and 'URI="recording-sound.m3u8"' in line for line in master)
    pictures, sound = await read(recorder, "recording.m3u8"), await read(recorder, "recording-sound.m3u8")
    for lines in (before, pictures, sound):
        assert "#EXT-X-PLAYLIST-TYPE:EVENT" in lines
        assert "#EXT-X-ENDLIST" not in lines
    assert [len(segments(lines)) for lines in (before, pictures, sound)] == [1, 2, 2]
    assert segments(pictures)[:1] == segments(before)
    with pytest.raises(NotFound, match=r"no playlist 'main.m3u8', but master.m3u8, recording"):
        await read(recorder, "main.m3u8")


async def test_who_plays_a_recording_gets_its_end_and_who_comes_later_the_final_playlist(
    recorder: Recorder,
) -> None:
    await recorder.arrive(0, 1)
    await recorder.transcode.bench.settle()
    names = ("recording.m3u8", "recording-sound.m3u8")
    growing = [await read(recorder, name) for name in names]
    end = await recorder.close(1)
    assert [await read(recorder, name) for name in names] == [[*lines, "#EXT-X-ENDLIST"] for lines in growing]
    master = await read(recorder)
    assert master[-1] == "main.m3u8"
    for name in ("main.m3u8", "sound-0.m3u8"):
        assert any(name in line for line in master)
        lines = await read(recorder, name)
        assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines
        assert lines[-1] == "#EXT-X-ENDLIST"
    answer = await recorder.transcode.bench.call("GetPlaylist", GetPlaylistRequest(asset_id=ASSET))
    assert answer.playlist == end.playlist


async def test_a_missing_segment_is_a_gap_in_the_growing_playlist(recorder: Recorder) -> None:
    recorder = replace(recorder, continuous=True)
    await recorder.arrive(0, 2)
    await recorder.transcode.bench.settle()
    for name in ("recording.m3u8", "recording-sound.m3u8"):
        lines = await read(recorder, name)
        assert lines.count("#EXT-X-GAP") == 1
        assert lines[lines.index("#EXT-X-GAP") + 1].startswith("#EXTINF:3.0")


async def test_a_segment_of_which_nothing_can_be_made_does_not_end_the_growing_playlist(
    recorder: Recorder,
) -> None:
    transcode = recorder.transcode
    await recorder.arrive(0, 1, 2)
    planned = recorder.planned()
    failure = failed("given_up", "It killed its worker.")
    broken = ChunkTranscoded(
        work=planned[1].work, chunk_id=planned[1].chunk_id, index=1, span=planned[1].span, outcome=failure
    )
    for part in (await transcode.make(planned[0]), broken, await transcode.make(planned[2])):
        await transcode.put_in_place(part)
    lines = await read(recorder, "recording.m3u8")
    assert (len(segments(lines)), lines.count("#EXT-X-GAP")) == (3, 1)


async def test_workers_killed_before_their_facts_left_say_the_same_events_again(recorder: Recorder) -> None:
    bench = recorder.transcode.bench
    await bench.deliver(await recorder.segment(0))
    lay = next(kind for kind in bench.service.jobs if kind.kind == SEGMENT)
    document = await bench.documents.get(JOBS, f"{SEGMENT}/{ASSET}/1/0")
    assert document is not None
    first = await lay.work(job_of(document), HeldLease(bench.jobs, document))
    again = await lay.work(job_of(document), HeldLease(bench.jobs, document))
    assert first == again
    await bench.settle()
    await bench.deliver(RecordingClosed(work=work(), last_sequence=1, missing_count=1))
    complete = next(kind for kind in bench.service.jobs if kind.kind == RECORDING)
    document = await bench.documents.get(JOBS, f"{RECORDING}/{ASSET}/1")
    assert document is not None
    first = await complete.work(job_of(document), HeldLease(bench.jobs, document))
    again = await complete.work(job_of(document), HeldLease(bench.jobs, document))
    assert first == again
    assert len(first) == 1  # the segment that never came


async def test_the_exact_picture_is_given_while_the_recording_runs_and_after_it(recorder: Recorder) -> None:
    call = recorder.transcode.bench.call

    async def number(**wanted: object) -> tuple[int, int]:
        answer = await call("GetFrame", GetFrameRequest(asset_id=ASSET, **wanted))  # type: ignore[arg-type]
        picture = PIL.Image.open(io.BytesIO(answer.jpeg)).convert("L")
        return answer.moment.frame, frame_number(np.asarray(picture))

    await recorder.arrive(0)
    assert await number(frame=49) == (49, 49)
    with pytest.raises(Rejected, match="has 50"):
        await number(frame=50)
    await recorder.arrive(1, 3)
    recorder.transcode.bench.clock.advance(10)  # type: ignore[attr-defined]
    await recorder.transcode.bench.run_jobs()
    for frame in (50, 51, 124):
        assert await number(frame=frame) == (frame, frame)
        assert await number(seconds=frame / RATE) == (frame, frame)
    assert (await number(seconds=6.0))[1] == 124, "nothing has come for this moment: the one before is held"
    await recorder.arrive(2)
    assert (await number(seconds=5.0))[1] == 125, "it has come meanwhile"
    await recorder.arrive(4)
    await recorder.close(4)
    for frame in (0, 124, 125, 174):
        assert (await number(frame=frame))[1] == frame


async def test_the_frame_table_of_a_recording_goes_on_from_segment_to_segment_and_over_gaps(
    recorder: Recorder,
) -> None:
    bench = recorder.transcode.bench
    await recorder.arrive(0, 1)
    table = await bench.call("ListFrameRuns", ListFrameRunsRequest(asset_id=ASSET))
    assert [(run.first_frame, run.frames) for run in table.runs] == [(0, 50), (50, 75)]
    await recorder.arrive(3)
    await recorder.close(3, 2)
    found, token = [], ""
    while True:
        request = ListFrameRunsRequest(asset_id=ASSET, page_size=1, page_token=token)
        page = await bench.call("ListFrameRuns", request)
        found += [(run.first_frame, run.start_pts, run.frames) for run in page.runs]
        token = page.next_page_token
        if not token:
            break
    assert [frames for _, _, frames in found] == [50, 75, 100]
    assert page.end_pts == page.timeline.start_pts + page.timeline.duration_pts
    behind, gap = found[1], found[2]
    assert gap[0] > behind[0] + behind[2]
    assert gap[1] > behind[1] + 75 * 3600
