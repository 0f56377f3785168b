"""`framewell receive`: live input and growing files become segments that are announced while they are cut."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import pytest
from google.protobuf.message import Message

from framewell.media.v1.media_pb2 import Programme
from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_cli.commands.receive import _input
from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.receive.growing_folder import GrowingFolder
from framewell_cli.receive.recording import ReceivedRecording
from framewell_cli.receive.segmenter import Segmenter
from framewell_kit.testing.waiting import PATIENCE, eventually

ASSET = "5a3c6f4e-8a53-4d0e-9f0b-6c1d2a7be417"
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


class Published:
    """Keeps what was published, by event id, in order."""

    def __init__(self) -> None:
        self.facts: dict[str, SegmentArrived] = {}

    async def publish(self, message: Message, *, event_id: str = "", subject: str = "") -> str:
        assert isinstance(message, SegmentArrived)
        assert subject == message.asset_id
        self.facts.setdefault(event_id, message)
        return event_id


def quiet(_: Mapping[str, Any]) -> None:
    """Print nothing."""


async def ffmpeg(*arguments: str) -> asyncio.subprocess.Process:
    """Run ffmpeg as a sender."""
    return await asyncio.create_subprocess_exec(
        "ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments, stdin=asyncio.subprocess.DEVNULL
    )


def camera(seconds: int, *, pace: bool = True) -> list[str]:
    """Return the arguments of an input that lasts so long."""
    return [
        *(["-re"] if pace else []),
        *("-f", "lavfi", "-i", "testsrc=size=160x90:rate=25", "-f", "lavfi", "-i", "sine=frequency=1000"),
        *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac"),
    ]


def recording(folder: Path, source: str, published: Published, **settings: Any) -> ReceivedRecording:
    segmenter = Segmenter(source, folder / "segments", segment_seconds=1, **settings)
    about = SegmentArrived(programme=Programme(channel="Kanal Eins"))
    return ReceivedRecording(ASSET, segmenter, published, quiet, about)


def sequences(published: Published) -> list[tuple[int, bool]]:
    return [(one.sequence, one.last) for one in published.facts.values()]


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size) / 25


@needs_ffmpeg
async def test_live_input_is_announced_segment_by_segment_until_it_is_stopped(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        address = f"udp://127.0.0.1:{free.getsockname()[1]}"
    published = Published()
    received = recording(tmp_path, address, published)
    running = asyncio.ensure_future(received.run())
    sender = await ffmpeg(*camera(5), "-f", "mpegts", f"{address}?pkt_size=1316")
    await sender.wait()
    before = len(published.facts)
    received.segmenter.stop()
    count = await asyncio.wait_for(running, PATIENCE)
    assert before >= 2  # while it was sent
    assert sequences(published) == [*((one, False) for one in range(count)), (count - 1, True)]
    assert {one.programme.channel for one in published.facts.values()} == {"Kanal Eins"}
    paths = [Path(one.uri.removeprefix("file://")) for one in published.facts.values()]
    assert sum(seconds_of(path) for path in dict.fromkeys(paths)) == pytest.approx(5, abs=2.1)


@needs_ffmpeg
@pytest.mark.parametrize(
    "form",
    [
        ("growing.ts", "-f", "mpegts"),
        ("growing.mxf", "-c:v", "mpeg2video", "-c:a", "pcm_s16le", "-ar", "48000", "-f", "mxf"),
        ("growing.mov", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mov"),
    ],
    ids=lambda form: form[0],
)
async def test_a_file_is_followed_while_it_grows_and_ends_when_it_grows_no_more(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    growing = tmp_path / form[0]
    sender = await ffmpeg(*camera(4), *form[1:], "-flush_packets", "1", str(growing))
    await eventually(lambda: growing.exists() and growing.stat().st_size > 2000)
    published = Published()
    received = recording(tmp_path, str(growing), published, settle_seconds=1.5)
    count = await asyncio.wait_for(received.run(), PATIENCE)
    await sender.wait()
    assert count >= 3
    assert sequences(published)[-1] == (count - 1, True)
    paths = [Path(one.uri.removeprefix("file://")) for one in published.facts.values()]
    assert sum(seconds_of(path) for path in dict.fromkeys(paths)) == pytest.approx(4, abs=0.05)


@needs_ffmpeg
async def test_every_file_that_appears_in_a_folder_is_a_recording_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "growing"
    folder.mkdir()
    old, published, problems = folder / "old.ts", dict[str, Published](), list[str]()
    await (await ffmpeg(*camera(2, pace=False), "-f", "mpegts", str(old))).wait()

    def follow(path: Path) -> ReceivedRecording:
        published[path.name] = Published()
        return recording(tmp_path / f"of-{path.stem}", str(path), published[path.name], settle_seconds=1.5)

    growing = GrowingFolder(folder, follow, lambda path, _: problems.append(path.name))
    running = asyncio.ensure_future(growing.run())
    await asyncio.sleep(0)  # what lies there is passed over
    (folder / "words.ts").write_text("only words")
    senders = [await ffmpeg(*camera(3), "-f", "mpegts", str(folder / f"{one}.ts")) for one in "ab"]
    for sender in senders:
        await sender.wait()
    await eventually(lambda: [ended(published.get(f"{one}.ts")) for one in "ab"] == [True, True])
    growing.stop()
    assert await asyncio.wait_for(running, PATIENCE) == 3
    assert problems == ["words.ts"]
    assert set(published) == {"a.ts", "b.ts", "words.ts"}


def ended(published: Published | None) -> bool:
    return published is not None and any(last for _, last in sequences(published))


@needs_ffmpeg
async def test_a_recording_that_broke_off_goes_on_behind_what_was_cut(tmp_path: Path) -> None:
    clip = tmp_path / "clip.ts"
    await (await ffmpeg(*camera(3, pace=False), "-f", "mpegts", str(clip))).wait()
    published = Published()
    first = await recording(tmp_path, str(clip), published, settle_seconds=1).run()
    again = await recording(tmp_path, str(clip), published, settle_seconds=1).run()
    assert again == 2 * first
    assert sorted({one.sequence for one in published.facts.values()}) == list(range(again))


async def test_without_ffmpeg_a_sentence_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="needs the program ffmpeg, which is not installed here"):
        Segmenter("udp://127.0.0.1:1", tmp_path).command()


@needs_ffmpeg
async def test_what_is_no_media_is_said_in_a_sentence(tmp_path: Path) -> None:
    words = tmp_path / "words.ts"
    words.write_text("only words")
    with pytest.raises(CommandError, match="ffmpeg made no segment of it: "):
        await recording(tmp_path, str(words), Published(), settle_seconds=1).run()


@pytest.mark.parametrize("source", ["https://host/live.m3u8", "nowhere.ts"])
def test_what_is_not_received_is_refused_before_anything_starts(source: str) -> None:
    with pytest.raises(UsageProblem):
        _input(source)
