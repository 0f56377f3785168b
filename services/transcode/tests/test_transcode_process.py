"""The process itself on the real broker and database: also when it is killed in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import grpc
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1 import media_pb2, media_service_pb2, media_service_pb2_grpc
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS, PurposeDecision, RightsDecided
from framewell_contracts.fact_types import fact_type
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit.objects import LocalObjects
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.streams import StreamBench
from framewell_kit.topics import apply
from framewell_media.testing import Clip, make_clip

pytestmark = pytest.mark.integration

CHUNKS = fact_type(ChunkTranscoded).topic(LANE_ARCHIVE)
ENDED = fact_type(AssetTranscoded).topic()


class Mesh:
    """Broker, database, objects and topics of one test."""

    def __init__(self, broker: str, database: str, folder: Path) -> None:
        self.folder = folder
        self.objects = LocalObjects(folder / "objects")
        self.base = port_base()
        self.prefix = f"test-{uuid4().hex[:8]}."
        self.bench = StreamBench(broker, prefix=self.prefix)
        self.environment = {
            **os.environ,
            "FRAMEWELL_KAFKA": broker,
            "FRAMEWELL_KAFKA_PREFIX": self.prefix,
            "FRAMEWELL_MONGO": database,
            "FRAMEWELL_DATABASE_PREFIX": self.prefix.replace(".", "_").replace("-", "_"),
            "FRAMEWELL_OBJECTS": str(folder / "objects"),
            "FRAMEWELL_PORT_BASE": str(self.base),
            "FRAMEWELL_INSTANCE": "0",
            "FRAMEWELL_TRANSCODE_CHUNK_SECONDS": "1",
            "FRAMEWELL_SCRATCH": str(folder / "scratch"),
        }

    @contextmanager
    def process(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "transcode.log").open("ab") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", "framewell_transcode"],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield running
        finally:
            running.terminate()
            assert running.wait(timeout=60) in (0, -signal.SIGKILL)

    async def ingest(self, path: Path) -> str:
        original = await self.objects.put_file(path, media_type="video/mp4", suffix=path.suffix)
        work = media_pb2.Work(
            asset_id=str(uuid4()),
            generation=1,
            lane=LANE_ARCHIVE,
            kind=media_pb2.MEDIA_KIND_VIDEO,
        )
        analysis = PurposeDecision(purpose=PURPOSE_ANALYSIS, allowed=True)
        await self.bench.publish(RightsDecided(asset_id=work.asset_id, revision=1, purposes=[analysis]))
        await self.bench.publish(AssetIngested(work=work, original=original))
        return work.asset_id

    async def facts(self, topic: str, asset_id: str) -> list:
        events = await self.bench.events(topic)
        return [event for event in events if event.message.work.asset_id == asset_id]


@pytest.fixture
async def mesh(broker: str, database: str, tmp_path: Path) -> AsyncIterator[Mesh]:
    mesh = Mesh(broker, database, tmp_path)
    await apply(BrokerAccess(broker), prefix=mesh.prefix)
    async with mesh.bench:
        yield mesh


async def test_a_killed_worker_loses_nothing_and_doubles_nothing(mesh: Mesh, tmp_path: Path) -> None:
    clip = Clip(frames=400, width=640, height=360, cuts=(100, 230))
    path = make_clip(tmp_path / "clip.mp4", clip)
    asset_id = await mesh.ingest(path)
    with mesh.process() as first:
        await some(mesh, CHUNKS, asset_id, at_least=3)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert not await mesh.facts(ENDED, asset_id)
    with mesh.process():
        await some(mesh, ENDED, asset_id, at_least=1)
        chunks = {event.message.chunk_id: event.message for event in await mesh.facts(CHUNKS, asset_id)}
        ended = {event.envelope.id: event.message for event in await mesh.facts(ENDED, asset_id)}
        assert len(ended) == 1, "a fan-in completed twice is one event"
        (message,) = ended.values()
        assert message.outcome.HasField("done")
        assert list(message.missing) == []
        index = media_pb2.MediaIndex.FromString(await mesh.objects.read(message.index))
        assert {chunk.chunk_id for chunk in index.chunks} == set(chunks)
        assert message.chunk_count == len(chunks)
        assert message.work.timeline.frame_count == 400
        assert [shot.span.first_frame for shot in index.shots] == [0, 100, 230]
        await ask(mesh, asset_id, message)


async def ask(mesh: Mesh, asset_id: str, ended: AssetTranscoded) -> None:
    """MediaService answers the same."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{mesh.base + 21}") as channel:
        media = media_service_pb2_grpc.MediaServiceStub(channel)
        answer = await media.GetTimeline(media_service_pb2.GetTimelineRequest(asset_id=asset_id))
        assert answer.timeline == ended.work.timeline
        assert answer.chunks_transcoded == answer.chunks_planned == ended.chunk_count
        playlist = await media.GetPlaylist(media_service_pb2.GetPlaylistRequest(asset_id=asset_id))
        assert playlist.playlist == ended.playlist
        pieces = media.ReadObject(
            media_service_pb2.ReadObjectRequest(asset_id=asset_id, key=playlist.playlist.key)
        )
        text = b"".join([piece.data async for piece in pieces])
        assert text.startswith(b"#EXTM3U")
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await media.GetTimeline(
                media_service_pb2.GetTimelineRequest(asset_id="1c5b2c1e-0000-4000-8000-000000000000")
            )
        assert unknown.value.code() == grpc.StatusCode.NOT_FOUND


async def some(mesh: Mesh, topic: str, asset_id: str, *, at_least: int) -> None:
    for _ in range(300):
        if len(await mesh.facts(topic, asset_id)) >= at_least:
            return
        await asyncio.sleep(0.2)
    raise AssertionError((mesh.folder / "transcode.log").read_text()[-4000:])
