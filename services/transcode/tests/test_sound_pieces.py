"""Sound in pieces: what one pass would make, whoever makes them, and live sound does not wait for it."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition
from numpy.typing import NDArray

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRemoved
from framewell.audio.v1.audio_pb2 import AudioExtracted, AudioSegments
from framewell.media.v1.media_pb2 import MEDIA_EVENT_KIND_SILENCE, MEDIA_EVENT_KIND_TONE
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_kit.jobs import Job, JobRunner, Lease
from framewell_kit.objects import LocalObjects
from framewell_kit.testing.ids import asset_called
from framewell_kit.testing.service_bench import ServiceBench
from framewell_kit.testing.waiting import eventually
from framewell_media.sandbox import Sandbox
from framewell_transcode.domain.jobs import PLAN, SOUND
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.testing import Transcode
from framewell_transcode.wiring import wire

SECONDS = 40.5


def tone(seconds: float, frequency: float = 440.0, rate: int = 48_000) -> NDArray[np.float32]:
    """Return a tone that swells, so that no second of it is like another."""
    at = np.arange(round(seconds * rate)) / rate
    return (np.sin(2 * np.pi * frequency * at) * (0.2 + 0.3 * at / seconds)).astype(np.float32)


def write_sounds(path: Path, codec: str, sounds: list[dict[str, Any]], rate: int = 48_000) -> Path:
    """Write sounds (`samples`: channels x n, `language`, `flags`, `title`) as tracks of one file."""
    with av.open(str(path), "w") as output:
        streams = []
        for sound in sounds:
            stream = output.add_stream(codec, rate=rate)
            stream.layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(sound["samples"])]
            for name in ("language", "title"):
                if name in sound:
                    stream.metadata[name] = sound[name]
            if "flags" in sound:
                stream.disposition = sound["flags"]
            streams.append(stream)
        for start in range(0, sounds[0]["samples"].shape[1], 1024):
            for stream, sound in zip(streams, sounds, strict=True):
                block = sound["samples"][:, start : start + 1024]
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(block), format="fltp", layout=stream.layout.name
                )
                frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
                output.mux(stream.encode(frame))
        for stream in streams:
            output.mux(stream.encode(None))
    return path


@asynccontextmanager
async def bench_with(
    sandbox: Sandbox, objects: Path, piece_seconds: float = 14.4
) -> AsyncIterator[Transcode]:
    settings = TranscodeSettings(chunk_seconds=5, preset="ultrafast", sound_piece_seconds=piece_seconds)
    wired = partial(wire, sandbox=sandbox)
    async with ServiceBench("transcode", wired, settings, objects=LocalObjects(objects)) as bench:
        yield Transcode(bench)


async def extracted(transcode: Transcode, asset: AssetIngested) -> AudioExtracted:
    await transcode.bench.deliver(asset)
    await transcode.bench.run_jobs()
    (audio,) = transcode.bench.facts.of(AudioExtracted)
    assert audio.outcome.WhichOneof("result") == "done", audio.outcome
    return audio


async def decoded(transcode: Transcode, audio: AudioExtracted, track: int = 0) -> NDArray[np.float32]:
    """Return the rendition as a player decodes it (2 x n)."""
    objects = transcode.bench.objects
    stored = AudioSegments.FromString(await objects.read(audio.tracks[track].segments))
    data = await objects.read(stored.header)
    for part in stored.segments:
        data += await objects.read(part.segment)
    with av.open(io.BytesIO(data)) as movie:
        times = [packet.pts for packet in movie.demux() if packet.size]
        assert times == list(range(0, len(times) * 1024, 1024)), "an AAC frame is missing or twice"
    with av.open(io.BytesIO(data)) as movie:
        return np.concatenate([frame.to_ndarray() for frame in movie.decode(audio=0)], axis=1)


async def heard(transcode: Transcode, audio: AudioExtracted) -> NDArray[np.int16]:
    with av.open(io.BytesIO(await transcode.bench.objects.read(audio.speech))) as speech:
        return np.concatenate([frame.to_ndarray() for frame in speech.decode(audio=0)], axis=1)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 48_000),
        ("a.wav", "pcm_s16le", 44_100),
        ("a.flac", "flac", 44_100),
        ("a.m4a", "aac", 44_100),
        ("a.mp3", "mp3", 44_100),
        ("a.mka", "aac", 48_000),
        ("a.ts", "mp2", 48_000),
    ],
)
async def test_pieces_are_what_one_pass_makes(
    media_sandbox: Sandbox, tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    samples = np.stack([tone(SECONDS, 440, rate), tone(SECONDS, 1250, rate)])
    path = write_sounds(tmp_path / name, codec, [{"samples": samples}], rate)
    found = []
    for piece_seconds in (14.4, 3600):
        async with bench_with(media_sandbox, tmp_path / str(piece_seconds), piece_seconds) as transcode:
            audio = await extracted(transcode, await transcode.ingested(path, "audio"))
            found.append((audio, await decoded(transcode, audio), await heard(transcode, audio)))
    (pieces, sound, speech), (whole, whole_sound, whole_speech) = found
    assert pieces.duration == whole.duration
    assert pieces.loudness_lufs == pytest.approx(whole.loudness_lufs, abs=0.01)
    assert speech.shape == whole_speech.shape
    # AAC fills bands with noise of its decoder's own; one sample too many or few would be 8,000 off.
    allowed = 200 if codec == "aac" else 0
    assert np.abs(speech.astype(int) - whole_speech).max() <= allowed, "not sample by sample the same"
    assert sound.shape == whole_sound.shape
    coding = np.abs(sound - whole_sound)
    for boundary in (691_200, 2 * 691_200):
        elsewhere = coding[:, boundary + 96_000 : boundary + 240_000].max()
        around = coding[:, boundary - 4096 : boundary + 4096].max()
        assert around < max(2 * elsewhere, 0.05), "a click between two pieces"


async def test_whoever_makes_the_pieces_makes_the_same(media_sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_sounds(tmp_path / "a.wav", "pcm_s16le", [{"samples": tone(SECONDS)[None]}])

    async def made(folder: str, *, dies: bool) -> AudioExtracted:
        async with bench_with(media_sandbox, tmp_path / folder) as transcode:
            bench = transcode.bench
            await bench.deliver(await transcode.ingested(path, "audio"))
            (kind,) = (one for one in bench.service.jobs if one.kind == SOUND)
            turns = 0
            original = kind.work

            async def work(job: Job, lease: Lease) -> Any:
                nonlocal turns
                turns += 1
                if dies and turns % 2:  # what it made is there, that it made it nobody knows
                    lease = _Forgetful(lease)
                return await original(job, lease)

            object.__setattr__(kind, "work", work)
            await bench.run_jobs()
            for _ in range(4):
                bench.clock.advance(60)
                await bench.run_jobs()
            (audio,) = bench.facts.of(AudioExtracted)
            assert turns == (5 if dies else 3)
            return audio

    assert await made("one", dies=False) == await made("other", dies=True)


class _Forgetful:
    """A lease whose worker dies before its progress is kept."""

    def __init__(self, lease: Lease) -> None:
        self.epoch = lease.epoch

    def check(self) -> None:
        """Do nothing."""

    async def save(self, progress: dict[str, Any]) -> None:
        raise RuntimeError("its worker died")


async def test_live_sound_ends_at_once_while_a_long_file_is_under_way(
    media_sandbox: Sandbox, tmp_path: Path
) -> None:
    long = write_sounds(tmp_path / "long.wav", "pcm_s16le", [{"samples": tone(14.4 * 40)[None]}])
    live = write_sounds(tmp_path / "live.wav", "pcm_s16le", [{"samples": tone(4)[None]}])
    async with bench_with(media_sandbox, tmp_path / "objects") as transcode:
        bench = transcode.bench
        await bench.deliver(await transcode.ingested(long, "audio"))
        kinds = bench.service.jobs
        runner = JobRunner(bench.jobs, kinds)
        await runner.start()
        try:
            await eventually(lambda: _progress(transcode, "long"))
            await bench.deliver(await transcode.ingested(live, "audio", lane=LANE_LIVE))
            await eventually(lambda: _done(transcode, "live"))
            assert not await _done(transcode, "long"), "the long one was too short to hold anything up"
            await bench.deliver(AssetRemoved(asset_id=asset_called("long")))
            await eventually(lambda: _done_in_time(transcode, "long"))
        finally:
            await runner.stop(5)
        await bench.outbox.flush()
        assert [fact.work.asset_id for fact in bench.facts.of(AudioExtracted)] == [asset_called("live")]


async def test_asking_for_an_asset_anew_stops_what_runs_for_it(
    media_sandbox: Sandbox, tmp_path: Path
) -> None:
    long = write_sounds(tmp_path / "long.wav", "pcm_s16le", [{"samples": tone(14.4 * 20)[None]}])
    async with bench_with(media_sandbox, tmp_path / "objects", piece_seconds=3600) as transcode:
        bench = transcode.bench
        await bench.deliver(await transcode.ingested(long, "audio"))
        runner = JobRunner(bench.jobs, [one for one in bench.service.jobs if one.kind in (PLAN, SOUND)])
        await runner.start()
        try:
            await eventually(lambda: _is_running(transcode, "long"))
            await bench.deliver(await transcode.ingested(long, "audio", generation=2))
            await eventually(lambda: _done(transcode, "long"))
        finally:
            await runner.stop(1)
        await bench.outbox.flush()
        assert not bench.facts.of(AudioExtracted)


async def _is_running(transcode: Transcode, name: str) -> bool:
    document = await transcode.bench.jobs.get(SOUND, f"{asset_called(name)}/1")
    return document is not None and document["queue"].endswith("/running")


async def _progress(transcode: Transcode, name: str) -> bool:
    document = await transcode.bench.jobs.get(SOUND, f"{asset_called(name)}/1")
    return document is not None and bool(document["progress"])


async def _done_in_time(transcode: Transcode, name: str) -> bool:
    """Let time pass, too: a job that met the removal may have been put off for seconds."""
    transcode.bench.clock.advance(0.02)
    return await _done(transcode, name)


async def _done(transcode: Transcode, name: str) -> bool:
    document = await transcode.bench.jobs.get(SOUND, f"{asset_called(name)}/1")
    return document is None or document["queue"].endswith("/done")


async def test_every_sound_is_a_rendition_and_speech_is_of_the_right_one(
    media_sandbox: Sandbox, tmp_path: Path
) -> None:
    sounds = [
        {"samples": tone(6, 300)[None], "language": "eng", "title": "Director", "flags": Disposition.comment},
        {"samples": tone(6, 600)[None], "language": "eng", "flags": Disposition.default},
        {"samples": tone(6, 1200)[None], "language": "ger"},
        {"samples": tone(6, 2400)[None], "language": "ger", "flags": Disposition.visual_impaired},
    ]
    path = write_sounds(tmp_path / "a.mka", "flac", sounds)
    async with bench_with(media_sandbox, tmp_path / "objects") as transcode:
        asset = await transcode.ingested(path, "audio")
        asset.programme.language = "de"
        ended = await transcode.transcode(asset)
        master = (await transcode.bench.objects.read(ended.playlist)).decode()
        (audio,) = transcode.bench.facts.of(AudioExtracted)
        speech = (await heard(transcode, audio))[0]
        frequencies = [_frequency((await decoded(transcode, audio, n))[0], 48_000) for n in range(4)]
    assert [(one.language, one.role) for one in audio.tracks] == [
        ("de", "main"), ("en", "main"), ("de", "description"), ("en", "commentary"),
    ]  # fmt: skip
    assert frequencies == pytest.approx([1200, 600, 2400, 300], abs=2)
    assert _frequency(speech, 16_000) == pytest.approx(1200, abs=2)
    media = re.findall(r"#EXT-X-MEDIA:(.*)", master)
    assert len(media) == 4
    assert 'NAME="de main",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES' in media[0]
    assert 'CHARACTERISTICS="public.accessibility.describes-video"' in media[2]
    assert 'NAME="Director",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO' in media[3]


async def test_two_tracks_of_one_channel_are_left_and_right(media_sandbox: Sandbox, tmp_path: Path) -> None:
    sounds = [{"samples": tone(30, frequency)[None]} for frequency in (300, 1200)]
    path = write_sounds(tmp_path / "a.mov", "pcm_s16le", sounds)
    async with bench_with(media_sandbox, tmp_path / "objects") as transcode:
        audio = await extracted(transcode, await transcode.ingested(path, "audio"))
        sound = await decoded(transcode, audio)
    assert [(list(one.tracks), one.channel_layout) for one in audio.tracks] == [([0, 1], "stereo")]
    assert [_frequency(channel, 48_000) for channel in sound] == pytest.approx([300, 1200], abs=2)


async def test_surround_sound_is_mixed_down_as_the_standard_says(
    media_sandbox: Sandbox, tmp_path: Path
) -> None:
    samples = np.zeros((6, 48_000 * 6), np.float32)
    samples[2] = tone(6, 1000)  # the middle alone, where people speak
    path = write_sounds(tmp_path / "a.wav", "pcm_s16le", [{"samples": samples}])
    async with bench_with(media_sandbox, tmp_path / "objects") as transcode:
        audio = await extracted(transcode, await transcode.ingested(path, "audio"))
        sound = await decoded(transcode, audio)
    assert audio.tracks[0].channel_layout.startswith("5.1")
    loud = np.sqrt(np.mean(samples[2, 96_000:192_000] ** 2))
    for channel in sound:
        assert np.sqrt(np.mean(channel[96_000:192_000] ** 2)) == pytest.approx(loud * 0.7071, rel=0.02)


async def test_silences_are_events_of_the_asset_across_pieces(media_sandbox: Sandbox, tmp_path: Path) -> None:
    samples = tone(40)[None] + tone(40, 1234)[None]
    samples[:, 48_000 * 10 : 48_000 * 20] = 0  # the first piece ends at 14.4 s
    samples[:, 48_000 * 25 : 48_000 * 26] = 0
    path = write_sounds(tmp_path / "a.wav", "pcm_s16le", [{"samples": samples}])
    async with bench_with(media_sandbox, tmp_path / "objects") as transcode:
        index = await transcode.index(await transcode.transcode(await transcode.ingested(path, "audio")))
    (event,) = index.events
    assert event.kind == MEDIA_EVENT_KIND_SILENCE
    assert (event.span.start_pts / 48_000, event.span.end_pts / 48_000) == pytest.approx((10, 20), abs=0.1)


async def test_line_up_tone_is_an_event_across_pieces_also_where_left_is_interrupted(
    media_sandbox: Sandbox, tmp_path: Path
) -> None:
    left, right = tone(40, 1000) / 2, tone(40, 1000) / 2
    for second in range(3, 20, 3):
        left[48_000 * second : 48_000 * second + 12_000] = 0
    left[48_000 * 20 :] = right[48_000 * 20 :] = 0  # the first piece ends at 14.4 s
    path = write_sounds(tmp_path / "a.wav", "pcm_s16le", [{"samples": np.stack([left, right])}])
    async with bench_with(media_sandbox, tmp_path / "objects") as transcode:
        index = await transcode.index(await transcode.transcode(await transcode.ingested(path, "audio")))
    found = [(one.kind, one.span.start_pts / 48_000, one.span.end_pts / 48_000) for one in index.events]
    assert found == [
        (MEDIA_EVENT_KIND_TONE, pytest.approx(0, abs=0.1), pytest.approx(20, abs=0.1)),
        (MEDIA_EVENT_KIND_SILENCE, pytest.approx(20, abs=0.1), pytest.approx(40, abs=0.1)),
    ]


def _frequency(samples: NDArray[Any], rate: int) -> float:
    part = samples[rate : 3 * rate].astype(np.float64)
    return float(np.argmax(np.abs(np.fft.rfft(part * np.hanning(len(part)))))) * rate / len(part)
