"""`framewell receive`: live input and growing files become segments that are announced while they are cut."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import av
import pytest
from google.protobuf.message import Message

from framewell.media.v1.media_pb2 import Programme
from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_cli.commands.receive import _input, _print_sentence, _titled
from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.receive.ffmpeg import local_address, program, reason
from framewell_cli.receive.growing_folder import GrowingFolder
from framewell_cli.receive.recording import ReceivedRecording
from framewell_cli.receive.segmenter import Segmenter
from framewell_cli.receive.transport_stream import holds_an_access_unit
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
    published, listened = Published(), asyncio.Event()
    received = recording(tmp_path, address, published, listening=listened.set)
    running = asyncio.ensure_future(received.run())
    await asyncio.wait_for(listened.wait(), PATIENCE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:  # another address of this machine is free
        other.bind(("127.0.0.2", int(address.rpartition(":")[2])))
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


@asynccontextmanager
async def sending(*contents: bytes, hold: bool = False) -> AsyncIterator[str]:
    """Send each of these bytes to one who connects, one after the other, then nobody listens any more.

    With `hold` connections stay, and nothing more comes.
    """
    waiting, ended = list(contents), asyncio.Event()

    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(waiting.pop(0))
        if not waiting:
            server.close()
        with suppress(ConnectionError):
            await writer.drain()
        if hold:
            await ended.wait()
        writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0)
    yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ended.set()
    server.close()


async def transport_stream(folder: Path, *arguments: str) -> bytes:
    path = folder / "sent.ts"
    await (await ffmpeg(*arguments, "-f", "mpegts", str(path))).wait()
    return path.read_bytes()


def pts_of(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(packet.pts * packet.time_base) for packet in container.demux(video=0) if packet.pts]


@needs_ffmpeg
async def test_a_receiver_that_joins_between_keyframes_waits_for_the_next_one(tmp_path: Path) -> None:
    content = await transport_stream(tmp_path, *camera(20, pace=False), "-g", "300")
    middle = len(content) // 188 // 3 * 188
    published, reasons = Published(), list[str]()
    async with sending(*[content[middle:]] * 6) as address:
        received = recording(tmp_path, address, published, patience_seconds=2, waiting=reasons.append)
        count = await asyncio.wait_for(received.run(), PATIENCE)
    assert reasons[0] == "no keyframe came that says how large pictures are"
    paths = sorted((tmp_path / "segments").iterdir())
    assert [path.name for path in paths] == [f"{one:06}.ts" for one in range(count)]
    with av.open(str(paths[0])) as container:
        assert next(iter(container.demux(video=0))).is_keyframe


@needs_ffmpeg
async def test_a_file_that_begins_between_keyframes_is_cut_from_the_next_one_on(tmp_path: Path) -> None:
    content = await transport_stream(tmp_path, *camera(20, pace=False), "-g", "100")
    file = tmp_path / "growing.ts"
    file.write_bytes(content[len(content) // 188 // 20 * 188 :])
    assert await recording(tmp_path, str(file), Published(), settle_seconds=1).run() == 4
    assert sum(map(seconds_of, (tmp_path / "segments").iterdir())) == 16


@needs_ffmpeg
async def test_a_sender_that_breaks_off_and_comes_back_goes_on_in_the_same_recording(tmp_path: Path) -> None:
    content = await transport_stream(tmp_path, *camera(3, pace=False))
    published = Published()
    async with sending(content, b"only words", content) as address:
        received = recording(tmp_path, address, published)
        running = asyncio.ensure_future(received.run())
        await eventually(lambda: len(published.facts) == 6)
        received.stop()
        count = await asyncio.wait_for(running, PATIENCE)
    assert count == 6
    assert sequences(published) == [*((one, False) for one in range(6)), (5, True)]
    assert sum(map(seconds_of, (tmp_path / "segments").iterdir())) == 6


@needs_ffmpeg
async def test_live_input_that_falls_silent_ends_with_all_that_came(tmp_path: Path) -> None:
    published = Published()
    async with sending(await transport_stream(tmp_path, *camera(3, pace=False)), hold=True) as address:
        received = recording(tmp_path, address, published, patience_seconds=2)
        count = await asyncio.wait_for(received.run(), PATIENCE)
    assert sequences(published)[-1] == (count - 1, True)
    assert sum(map(seconds_of, (tmp_path / "segments").iterdir())) == 3


@needs_ffmpeg
async def test_a_recording_that_is_stopped_in_a_silence_leaves_nothing_unannounced(tmp_path: Path) -> None:
    published = Published()
    async with sending(await transport_stream(tmp_path, *camera(3, pace=False)), hold=True) as address:
        received = recording(tmp_path, address, published)
        running = asyncio.ensure_future(received.run())
        await eventually(lambda: len(published.facts) == 2)
        received.stop()
        count = await asyncio.wait_for(running, PATIENCE)
    paths = sorted((tmp_path / "segments").iterdir())
    assert [path.name for path in paths] == [f"{one:06}.ts" for one in range(count)]
    assert all(seconds_of(path) for path in paths)


@pytest.mark.parametrize("packets", [0, 3, 4])
def test_a_rest_is_kept_if_a_whole_picture_is_in_it(tmp_path: Path, packets: int) -> None:
    table = b"\x47\x40\x00\x10" + bytes(184)
    begin, more = b"\x47\x41\x00\x10\x00\x00\x01\xe0" + bytes(180), b"\x47\x01\x00\x10" + bytes(184)
    path = tmp_path / "rest.ts"
    path.write_bytes(b"".join([table, begin, more, begin][:packets]))
    assert holds_an_access_unit(path) == (packets == 4)
    assert not holds_an_access_unit(tmp_path / "nothing.ts")


@needs_ffmpeg
async def test_an_outage_keeps_its_length(tmp_path: Path) -> None:
    before = await transport_stream(tmp_path, *camera(2, pace=False))
    after = await transport_stream(tmp_path, *camera(2, pace=False), "-output_ts_offset", "16")
    async with sending(before + after) as address:
        await asyncio.wait_for(recording(tmp_path, address, Published(), patience_seconds=1).run(), PATIENCE)
    times = [at for path in sorted((tmp_path / "segments").iterdir()) for at in pts_of(path)]
    assert len(times) == 100
    assert times[50] - times[49] == pytest.approx(14.04, abs=0.05)


@needs_ffmpeg
async def test_sound_alone_is_received(tmp_path: Path) -> None:
    sine = ("-f", "lavfi", "-i", "sine=frequency=1000", "-t", "3", "-c:a", "aac")
    content = await transport_stream(tmp_path, *sine)
    async with sending(content) as address:
        received = recording(tmp_path, address, Published(), patience_seconds=1)
        assert await asyncio.wait_for(received.run(), PATIENCE) >= 2


@needs_ffmpeg
async def test_what_is_no_media_is_waited_out_and_leaves_nothing(tmp_path: Path) -> None:
    secret, reasons = tmp_path / "secret.ts", list[str]()
    secret.write_bytes(await transport_stream(tmp_path, *camera(1, pace=False)))
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    async with sending(playlist, b"only words") as address:
        received = recording(tmp_path, address, Published(), waiting=reasons.append)
        running = asyncio.ensure_future(received.run())
        await eventually(lambda: any("refused" in one for one in reasons))
        received.stop()
        assert await asyncio.wait_for(running, PATIENCE) == 0
    assert list((tmp_path / "segments").iterdir()) == []


@needs_ffmpeg
async def test_an_address_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}?listen=1"
        with pytest.raises(CommandError, match=r"Address already in use\.$"):
            await recording(tmp_path, address, Published()).run()


@needs_ffmpeg
async def test_live_input_over_rtp_is_received(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        address = f"rtp://127.0.0.1:{free.getsockname()[1] & ~1}"  # RTCP has the odd port behind it
    published = Published()
    received = recording(tmp_path, address, published)
    running = asyncio.ensure_future(received.run())
    sender = await ffmpeg(*camera(20), "-f", "rtp_mpegts", address)
    await eventually(lambda: len(published.facts) >= 2)
    received.stop()
    sender.terminate()
    assert await asyncio.wait_for(running, PATIENCE) >= 2
    await sender.wait()


def test_the_reason_is_the_last_that_says_something() -> None:
    lines = [
        "[segment @ 0x55] dimensions not set",
        "Could not write header for output file #0 (incorrect codec parameters ?): Invalid argument",
        "Error initializing output stream 0:1 -- ",
    ]
    assert reason(lines, 1) == "no keyframe came that says how large pictures are"
    assert reason(["[tcp @ 0x55] Connection refused -- ", "Conversion failed!"], 1) == "Connection refused"
    assert reason([], 187) == "it ended with code 187 and reported nothing"


async def test_without_ffmpeg_a_sentence_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="needs the program ffmpeg, which is not installed here"):
        program()


@needs_ffmpeg
async def test_what_is_no_media_is_said_in_a_sentence(tmp_path: Path) -> None:
    words = tmp_path / "words.ts"
    words.write_text("only words")
    with pytest.raises(CommandError, match="ffmpeg made no segment of it: "):
        await recording(tmp_path, str(words), Published(), settle_seconds=1).run()


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("udp://127.0.0.1:5000", "127.0.0.1"),
        ("rtp://localhost:5000", "127.0.0.1"),
        ("udp://239.0.0.1:5000", ""),
        ("udp://0.0.0.0:5000", ""),
        ("udp://@:5000", ""),
        ("udp://192.0.2.7:5000", ""),
        ("udp://127.0.0.1:5000?localaddr=127.0.0.2", ""),
    ],
)
def test_input_is_received_at_the_address_of_this_machine_that_was_named(source: str, address: str) -> None:
    assert local_address(source) == address


def test_each_line_about_a_recording_says_one_thing(capsys: pytest.CaptureFixture[str]) -> None:
    for event in ({"listening": "udp://127.0.0.1:5000"}, {"sequence": 4, "last": False}):
        _print_sentence(event)
    _print_sentence({"sequence": 4, "last": True})
    assert capsys.readouterr().out.splitlines() == [
        "listening: what comes over udp://127.0.0.1:5000 is received from now on",
        "segment 4 was received",
        "segment 4 was the last",
    ]


def test_a_recording_without_a_title_has_the_name_of_its_file_or_its_channel() -> None:
    about = SegmentArrived(programme=Programme(channel="Kanal Eins"))
    assert _titled(about, "udp://239.0.0.1:5000").programme.title == "Kanal Eins"
    assert _titled(about, "/media/growing.mxf").programme.title == "growing.mxf"
    titled = SegmentArrived(programme=Programme(title="Abendschau"))
    assert _titled(titled, "/media/growing.mxf").programme.title == "Abendschau"


@pytest.mark.parametrize("source", ["https://host/live.m3u8", "nowhere.ts"])
def test_what_is_not_received_is_refused_before_anything_starts(source: str) -> None:
    with pytest.raises(UsageProblem):
        _input(source)
