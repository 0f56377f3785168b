"""A file through every layer: the SDK, REST, gRPC, the object store, and its request."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_client import Gateway, uploads
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.testing import access_on
from framewell_ingest.adapters.sandboxed_reader import SANDBOX_JOBS
from framewell_ingest.testing import IngestBench
from framewell_kit.documents import MemoryDocuments
from framewell_kit.rpc import Admission, RpcServer, channel
from framewell_media.sandbox import Sandbox
from framewell_media.testing.clips import Clip, make_clip


@pytest.fixture
async def ingest(tmp_path: Path) -> AsyncIterator[IngestBench]:
    with Sandbox(SANDBOX_JOBS, concurrency=1) as sandbox:
        async with IngestBench(tmp_path, sandbox) as bench:
            yield bench


@pytest.fixture
async def address(ingest: IngestBench) -> AsyncIterator[str]:
    """Return where a gateway listens that calls this ingest over gRPC."""
    rpc = RpcServer("127.0.0.1:0", ingest.service.rpc, Admission(), ingest.clock)
    connection = channel(f"127.0.0.1:{await rpc.start()}")
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "events", "progress", "summaries", "erasures", "tombstones", "objects", "broker", "dead_letters",
            "operations", "announcer", "webhooks", "webhook_sender",
            "kept_answers", "clock",
        )
    )  # fmt: skip
    context = AppContext(
        services=RemoteServices(lambda _: connection, CallerMetadata(None)),
        access=access_on(MemoryDocuments(), nothing["announcer"]),
        **nothing,
    )
    web = WebServer(application(context), "127.0.0.1", 0)
    await web.start()
    while web.waiting():  # noqa: ASYNC110 - uvicorn says so in no other way
        await asyncio.sleep(0.01)
    port = web.port
    yield f"http://127.0.0.1:{port}"
    await web.stop(5)
    await connection.close()
    await rpc.stop(0)


async def test_a_file_is_sent_in_pieces_and_taken_in(
    ingest: IngestBench, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PIECE_BYTES", 100_000)
    path = make_clip(tmp_path / "späti.mp4", Clip(frames=10))
    filler = os.urandom(600_000)
    with path.open("ab") as file:
        file.write((len(filler) + 8).to_bytes(4, "big") + b"free" + filler)
    content = path.read_bytes()
    names: list[str] = []

    class Killed(Exception):
        pass

    def die(arrived: int) -> None:
        if arrived >= 300_000:
            raise Killed

    def send(**options: Any) -> dict[str, Any]:
        with Gateway(address) as gateway:
            return gateway.upload(path, **options)

    with pytest.raises(Killed):
        await asyncio.to_thread(send, on_bytes=die, on_uri=names.append)
    heard: list[int] = []
    answer = await asyncio.to_thread(send, uri=names[0], on_bytes=heard.append)
    assert heard[0] == 400_000
    assert answer == {"uri": names[0], "size": len(content), "sha256": sha256(content).hexdigest()}
    end = await ingest.take_in(IngestRequested(uri=answer["uri"]))
    assert isinstance(end, AssetIngested)
    assert await ingest.objects.read(end.original) == content
