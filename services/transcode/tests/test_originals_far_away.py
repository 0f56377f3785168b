"""Of an original in S3 a worker fetches its chunk's bytes, and makes of them what the whole file gives."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import pytest

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1.media_service_pb2 import GetFrameRequest
from framewell_kit.objects.s3 import S3Objects
from framewell_kit.rights_decisions import Passages
from framewell_kit.testing.s3_server import S3Server, s3_server
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number
from framewell_transcode.adapters.sandboxed_processor import JobLimits, SandboxedProcessor
from framewell_transcode.domain.proxy import ProxyRecipe
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.testing import Transcode
from framewell_transcode.wiring import wire

MOST = 1.3
"""Bytes fetched for a chunk, as a multiple of its own."""
CBR = "nal-hrd=cbr:vbv-maxrate=8000:vbv-bufsize=4000:bitrate=8000:keyint=50:min-keyint=50:scenecut=0"


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 40 seconds at 8 Mb/s."""
    clip = Clip(
        frames=1000, width=160, height=96, key_every=50, sound=True,
        options={"b": "8000000", "preset": "ultrafast", "x264-params": CBR},
    )  # fmt: skip
    return make_clip(tmp_path_factory.mktemp("far") / "movie.mp4", clip)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


def remuxed(movie: Path, path: Path, container: str, options: dict[str, str]) -> Path:
    """Write the same streams into another container."""
    with av.open(str(movie)) as source, av.open(str(path), "w", format=container, options=options) as target:
        kinds = ("video",) if container == "mxf" else ("video", "audio")
        streams = {
            stream.index: target.add_stream_from_template(stream)
            for stream in source.streams
            if stream.type in kinds
        }
        for packet in source.demux():
            if packet.dts is not None and packet.stream.index in streams:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return path


def worker(server: S3Server, scratch: Path, sandbox: Sandbox) -> SandboxedProcessor:
    """Return a processor of another machine, which has nothing of the original."""
    scratch.mkdir()
    return SandboxedProcessor(
        sandbox,
        S3Objects(server.url, scratch, **server.options),
        scratch,
        ProxyRecipe(preset="ultrafast"),
        10.0,
        JobLimits.within(1 << 30),
    )


@pytest.fixture
async def transcode(media_sandbox: Sandbox, server: S3Server, tmp_path: Path) -> AsyncIterator[Transcode]:
    (tmp_path / "planner").mkdir()
    objects = S3Objects(server.url, tmp_path / "planner", **server.options)
    settings = TranscodeSettings(chunk_seconds=10, preset="ultrafast")
    wired = partial(wire, sandbox=media_sandbox)
    async with ServiceBench("transcode", wired, settings, objects=objects) as bench:
        yield Transcode(bench)


KINDS = {
    "head.mp4": ("mp4", {"movflags": "faststart"}),
    "tail.mp4": ("mp4", {}),
    "fragments.mp4": ("mp4", {"movflags": "frag_keyframe+empty_moov"}),
    "movie.mov": ("mov", {}),
    "movie.ts": ("mpegts", {}),
    "movie.mkv": ("matroska", {}),
    "movie.mxf": ("mxf", {}),
}
OLDER = {"movie.avi": ("mpeg4", MOST), "movie.mpg": ("mpeg2video", 2.1), "movie.asf": ("wmv2", MOST)}
"""Codecs of their time, and how much is fetched: of MPEG-PS the first 5 MB besides."""


@pytest.fixture
def far(media_sandbox: Sandbox, server: S3Server, tmp_path: Path) -> SandboxedProcessor:
    return worker(server, tmp_path / "worker", media_sandbox)


@pytest.mark.parametrize("name", KINDS)
async def test_a_worker_fetches_the_bytes_of_its_chunk(
    transcode: Transcode, far: SandboxedProcessor, server: S3Server, movie: Path, name: str
) -> None:
    await _fetches_its_chunk(transcode, far, server, remuxed(movie, far.scratch / name, *KINDS[name]))


async def test_all_chunks_of_a_file_take_its_bytes_once(
    transcode: Transcode, far: SandboxedProcessor, server: S3Server, movie: Path
) -> None:
    path = remuxed(movie, far.scratch / "movie.ts", "mpegts", {})
    size = path.stat().st_size
    chunks = await transcode.plan(await transcode.ingested(path))
    server.begin_to_count()
    for planned in chunks:
        await far.make_chunk(planned, Passages())
    assert server.bytes_sent <= 1.05 * size


async def test_a_picture_takes_the_bytes_of_its_group_of_pictures(
    transcode: Transcode, media_sandbox: Sandbox, server: S3Server, movie: Path, tmp_path: Path
) -> None:
    asset = await transcode.ingested(movie)
    await transcode.plan(asset)
    (tmp_path / "other").mkdir()
    objects = S3Objects(server.url, tmp_path / "other", **server.options)
    wired, documents = partial(wire, sandbox=media_sandbox), transcode.bench.documents
    async with ServiceBench(
        "transcode", wired, TranscodeSettings(), objects=objects, documents=documents
    ) as other:
        server.begin_to_count()
        answer = await other.call("GetFrame", GetFrameRequest(asset_id=asset.work.asset_id, frame=620))
    assert server.bytes_sent < asset.original.size / 8
    luma = np.asarray(PIL.Image.open(io.BytesIO(answer.jpeg)).convert("L"))
    assert frame_number(luma) == answer.moment.frame == 620


@pytest.mark.parametrize("name", OLDER)
async def test_of_an_older_container_a_worker_fetches_what_its_demuxer_reads(
    transcode: Transcode, far: SandboxedProcessor, server: S3Server, name: str
) -> None:
    codec, most = OLDER[name]
    await _fetches_its_chunk(transcode, far, server, noisy(far.scratch / name, codec), most)


def noisy(path: Path, codec: str) -> Path:
    """Write 40 seconds of noise at about 10 Mb/s."""
    noise = np.random.default_rng(1).integers(16, 235, (8, 216, 256), np.uint8)
    with av.open(str(path), "w") as output:
        size: dict[str, Any] = {"width": 256, "height": 144, "pix_fmt": "yuv420p", "bit_rate": 10_000_000}
        stream = output.add_stream(codec, rate=25, options={"g": "50", "qmin": "2", "qmax": "8"}, **size)
        for number in range(1000):
            frame = av.VideoFrame.from_ndarray(noise[number * 3 % 8], format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


async def _fetches_its_chunk(
    transcode: Transcode, far: SandboxedProcessor, server: S3Server, path: Path, most: float = MOST
) -> None:
    chunks = await transcode.plan(await transcode.ingested(path))
    assert len(chunks) == 4
    planned = chunks[2]
    server.begin_to_count()
    made = await far.make_chunk(planned, Passages())
    fetched = server.bytes_sent - planned.plan.size
    assert fetched <= most * _length(planned), f"{fetched / _length(planned):.2f}"
    whole = await transcode.make(planned)
    assert made.frames == whole.frames
    # Of MPEG-TS, x264 now and then codes these pictures in a few bytes less; why is not known yet.
    assert made.proxy_segment.size == pytest.approx(whole.proxy_segment.size, rel=0.02)
    assert not made.missing_pts


def _length(planned: ChunkPlanned) -> int:
    assert planned.HasField("byte_range")
    assert planned.byte_range.length > 8_000_000
    return planned.byte_range.length
