"""Who plays a recording while it runs sees it grow and end, at one address, in Chromium and in ffmpeg."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from google.protobuf.message import Message
from starlette.types import Receive, Scope, Send

from framewell.media.v1.media_pb2 import MEDIA_KIND_VIDEO, Work
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell.recording.v1.recording_pb2 import RecordingClosed, SequenceRange
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.ports import Method
from framewell_gateway.testing import ReadModels, access_on
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcome_messages import done
from framewell_kit.testing.waiting import PATIENCE, eventually
from framewell_media.testing.segments import make_segments
from framewell_transcode.testing import Transcode
from media.browser import CHROMIUM, HLS, browsing
from media.kinds import FFMPEG

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here to play with"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.skipif(not HLS.exists(), reason="no npm packages here"),
]

ASSET: Final = "5a3c6f4e-8a53-4d0e-9f0b-6c1d2a7be417"
FRAMES: Final = (50, 75, 50, 60, 40)
"""Pictures of each segment, at 25 a second."""


@dataclass(slots=True)
class Recording:
    """A recording under way in transcode, and the gateway that it is played from."""

    transcode: Transcode
    paths: list[Path]
    work: Work

    async def arrive(self, *numbers: int) -> None:
        bench = self.transcode.bench
        for number in numbers:
            stored = await bench.objects.put_file(self.paths[number], media_type="video/mp2t", suffix=".ts")
            segment = SegmentIngested(work=self.work, sequence=number, object=stored, outcome=done())
            await bench.deliver(segment)
            await bench.run_jobs()
        await bench.settle()

    async def close(self, *missing: int) -> None:
        bench = self.transcode.bench
        ranges = [SequenceRange(first=one, last=one) for one in missing]
        closed = RecordingClosed(
            work=self.work, last_sequence=len(self.paths) - 1, missing=ranges, missing_count=len(ranges)
        )
        await bench.deliver(closed)
        for _ in range(10):
            await bench.settle()
            bench.clock.advance(0.5)  # type: ignore[attr-defined]

    async def call(self, method: Method[Any, Any], request: Message) -> Any:
        """Call transcode, as the gateway does."""
        return await self.transcode.bench.call(method.name, request)

    def gateway(self) -> Any:
        models, nobody = ReadModels(MemoryDocuments()), Any
        context = AppContext(
            services=self,  # type: ignore[arg-type]
            events=models.events,
            progress=models.progress,
            summaries=models.summaries,
            erasures=models.erasures,
            tombstones=models.tombstones,
            objects=self.transcode.bench.objects,
            broker=nobody,  # type: ignore[arg-type]
            dead_letters=nobody,  # type: ignore[arg-type]
            operations=nobody,  # type: ignore[arg-type]
            announcer=nobody,  # type: ignore[arg-type]
            webhooks=nobody,  # type: ignore[arg-type]
            webhook_sender=nobody,  # type: ignore[arg-type]
            kept_answers=nobody,  # type: ignore[arg-type]
            clock=SystemClock(),
            access=access_on(models.documents, nobody),  # type: ignore[arg-type]
        )
        return application(context, cors_origins=["*"])


@asynccontextmanager
async def serving(app: Callable[[Scope, Receive, Send], Any]) -> AsyncIterator[tuple[str, Counter[str]]]:
    """Serve an application; yield its address, and how often each last part of a path was asked for."""
    asked = Counter[str]()

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        asked[scope.get("path", "").rpartition("/")[2]] += 1
        await app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(counted, port=0, log_level="warning", lifespan="off"))
    running = asyncio.ensure_future(server.serve())
    await eventually(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", asked
    server.should_exit = True
    await running


@pytest.mark.parametrize("missing", [(), (3,)], ids=["whole", "with a gap"])
async def test_players_that_open_a_recording_under_way_see_it_grow_and_end(
    transcode: Transcode, tmp_path: Path, missing: Sequence[int]
) -> None:
    await transcode.decide(ASSET)
    paths = make_segments(tmp_path, FRAMES, continuous=True)
    work = Work(asset_id=ASSET, generation=1, lane=LANE_LIVE, kind=MEDIA_KIND_VIDEO)
    recording = Recording(transcode, paths, work)
    ends = [0.0, *accumulate(frames / 25 for frames in FRAMES)]
    await recording.arrive(0, 1)
    async with serving(recording.gateway()) as (address, asked):
        master = f"{address}/v1/assets/{ASSET}/playlist/master.m3u8"
        ffmpeg = await counting(master)
        with browsing(tmp_path, master, tmp_path / "profile") as seen:
            await eventually(lambda: asked["recording.m3u8"] >= 4)
            await recording.arrive(2)
            await recording.arrive(*(one for one in (3, 4) if one not in missing))
            before = asked["recording.m3u8"]
            await eventually(lambda: asked["recording.m3u8"] >= before + 4)
            await recording.close(*missing)
            played, words = await asyncio.wait_for(ffmpeg.communicate(), PATIENCE)
            answer = await asyncio.to_thread(seen.get, timeout=PATIENCE)
    pictures = [line for line in played.decode().splitlines() if line.startswith("0,")]
    assert len(pictures) == sum(FRAMES) - sum(FRAMES[one] for one in missing), words.decode()
    assert asked["master.m3u8"] == 2, "each opened it once"
    assert answer["fatal"] == []
    assert answer["ended"]
    expected = [[0, ends[3]], [ends[4], ends[5]]] if missing else [[0, ends[5]]]
    assert [tuple(one) for one in answer["ranges"]] == [pytest.approx(one, abs=0.1) for one in expected]
    assert answer["duration"] == pytest.approx(ends[5], abs=0.1)


async def counting(playlist: str) -> asyncio.subprocess.Process:
    """Start an ffmpeg that writes a line for every picture it decodes, from the first on."""
    command = (str(FFMPEG), "-v", "error", "-live_start_index", "0", "-i", playlist)
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    return await asyncio.create_subprocess_exec(*command, "-map", "0:v", "-f", "framecrc", "-", **pipes)
