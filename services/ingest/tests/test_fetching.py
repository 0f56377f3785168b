"""Uploads and downloads: bounded, checked, and nothing half-arrived is ever named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.rights.v1.rights_pb2 import STATEMENT_SOURCE_TDMREP, USE_PROHIBITED
from framewell_ingest.entrypoints.rpc import IngestServicer
from framewell_ingest.entrypoints.upload_sweep import UploadSweep
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Rejected
from framewell_kit.pace import Pace
from framewell_media.testing.clips import Clip, make_clip


async def test_an_upload_can_be_asked_for_afterwards(ingest: IngestBench) -> None:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()
    digest = sha256(clip).hexdigest()
    answer = await ingest.upload(clip[:1000], clip[1000:], size=len(clip), sha256=digest)
    assert (answer.sha256, answer.size) == (digest, len(clip))
    end = await ingest.take_in(IngestRequested(uri=answer.uri))
    assert isinstance(end, AssetIngested)
    assert end.original.sha256 == digest


@pytest.mark.parametrize(
    ("size", "digest", "sent", "code"),
    [
        (10, "", [b"12345"], "cut_off"),
        (4, "", [b"12345"], "too_large"),
        (2 << 20, "", [b"x"], "too_large"),
        (0, "", [b"x" * (1 << 19)] * 3, "too_large"),
        (5, "0" * 64, [b"12345"], "wrong_hash"),
        (0, "", [], "empty"),
    ],
)
async def test_an_upload_that_is_not_as_announced_is_refused_and_leaves_nothing(
    ingest: IngestBench, size: int, digest: str, sent: list[bytes], code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        await ingest.upload(*sent, size=size, sha256=digest)
    assert refused.value.code == code
    assert not ingest.stored_files()
    assert list(ingest.scratch.iterdir()) == []


async def test_an_upload_that_stalls_is_given_up_and_leaves_nothing(ingest: IngestBench) -> None:
    async def parts() -> AsyncIterator[pb.UploadRequest]:
        yield pb.UploadRequest(header=pb.UploadHeader(file_name="a.mp4", size=10))
        yield pb.UploadRequest(data=b"12345")
        await asyncio.Event().wait()

    (offered,) = ingest.service.rpc
    assert isinstance(offered.servicer, IngestServicer)
    servicer = replace(offered.servicer, upload_pace=lambda: Pace(stall_seconds=0.05))
    with pytest.raises(Rejected, match=r"for 0\.05 s, after 5 bytes") as refused:
        await servicer.Upload(parts(), None)
    assert refused.value.code == "stalled"
    assert not ingest.stored_files()
    assert list(ingest.scratch.iterdir()) == []


async def test_an_upload_nobody_asked_for_goes_and_one_in_use_stays(ingest: IngestBench) -> None:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()
    used = await ingest.upload(clip)
    idle = await ingest.upload(b"nobody wants this", name="b.mp4")
    end = await ingest.take_in(IngestRequested(uri=used.uri))
    assert isinstance(end, AssetIngested)
    assert len(ingest.stored_files()) == 2
    (sweep,) = (part for part in ingest.service.parts if isinstance(part, UploadSweep))
    assert await sweep.uploads.forget_old() == 0
    ingest.clock.advance(3601)
    assert await sweep.uploads.forget_old() == 2
    assert await ingest.objects.exists(end.original.key)
    assert len(ingest.stored_files()) == 1
    late = await ingest.take_in(IngestRequested(uri=idle.uri), "late")
    assert isinstance(late, AssetRejected)
    assert late.code == "unreachable"


async def test_a_refused_upload_can_be_asked_for_again(ingest: IngestBench) -> None:
    upload = await ingest.upload(make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes())
    wrong = await ingest.take_in(IngestRequested(uri=upload.uri, expected_sha256="0" * 64), "wrong")
    assert isinstance(wrong, AssetRejected)
    assert isinstance(await ingest.take_in(IngestRequested(uri=upload.uri), "right"), AssetIngested)


class Site:
    """A web server on loopback that answers one canned response and hangs up."""

    def __init__(self, head: str, body: bytes) -> None:
        self._answer = f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n".encode() + body
        self.port = 0

    async def __aenter__(self) -> Site:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self._answer)
        await writer.drain()
        writer.close()


async def test_a_download_carries_the_reservation_of_its_server(ingest: IngestBench) -> None:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()
    head = f"200 OK\r\nContent-Length: {len(clip)}\r\nTDM-Reservation: 1"
    async with Site(head, clip) as site:
        end = await ingest.take_in(IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4"))
    assert isinstance(end, AssetIngested)
    (statement,) = end.statements
    assert (statement.source, statement.use) == (STATEMENT_SOURCE_TDMREP, USE_PROHIBITED)
    assert statement.found_at == "HTTP header tdm-reservation"


@pytest.mark.parametrize(
    ("head", "body", "code"),
    [
        ("404 Not Found\r\nContent-Length: 0", b"", "unreachable"),
        ("403 Forbidden\r\nContent-Length: 0", b"", "forbidden"),
        ("200 OK\r\nContent-Length: 99999999999", b"", "too_large"),
        ("200 OK", b"x" * (2 << 20), "too_large"),
        ("200 OK\r\nContent-Length: 0", b"", "empty"),
        ("302 Found\r\nLocation: https://127.0.0.3/a.mp4\r\nContent-Length: 0", b"", "forbidden"),
        ("302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0", b"", "forbidden"),
    ],
)
async def test_a_download_that_cannot_be_had_is_refused(
    ingest: IngestBench, head: str, body: bytes, code: str
) -> None:
    async with Site(head, body) as site:
        end = await ingest.take_in(IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4"))
    assert isinstance(end, AssetRejected)
    assert end.code == code


@pytest.mark.parametrize(
    "head", ["503 Service Unavailable\r\nContent-Length: 0", "200 OK\r\nContent-Length: 500"]
)
async def test_a_place_that_fails_is_tried_again_later(ingest: IngestBench, head: str) -> None:
    async with Site(head, b"") as site:
        assert await ingest.take_in(IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4")) is None
        assert f"127.0.0.1:{site.port}" in await ingest.waits_for("request-1")
    assert list(ingest.scratch.iterdir()) == []


async def test_a_place_that_stays_away_is_a_refusal_in_the_end(ingest: IngestBench) -> None:
    async with Site("503 Service Unavailable\r\nContent-Length: 0", b"") as site:
        request = IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4")
        assert await ingest.take_in(request) is None
        ingest.clock.advance(3601)
        end = await ingest.take_in(request)
    assert isinstance(end, AssetRejected)
    assert (end.code, "it was tried for 1:00:00" in end.detail) == ("unreachable", True)
