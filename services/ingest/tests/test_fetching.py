"""Uploads and downloads: bounded, checked, and nothing half-arrived is ever named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.rights.v1.rights_pb2 import STATEMENT_SOURCE_TDMREP, USE_PROHIBITED
from framewell_ingest.testing import Ingest
from framewell_kit.outcomes import Busy, Rejected
from framewell_media.testing.clips import Clip, make_clip


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_an_upload_can_be_asked_for_afterwards(ingest: Ingest) -> None:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()
    digest = sha256(clip).hexdigest()
    uri, ref = await ingest.uploads.receive(pieces(clip[:1000], clip[1000:]), "a.mp4", len(clip), digest)
    assert ref.sha256 == digest
    end = await ingest.take_in(IngestRequested(uri=uri))
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
    ingest: Ingest, size: int, digest: str, sent: list[bytes], code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        await ingest.uploads.receive(pieces(*sent), "a.mp4", size, digest)
    assert refused.value.code == code
    assert not [path for path in ingest.objects.root.rglob("*") if path.is_file()]
    assert list(ingest.uploads.scratch.iterdir()) == []


async def test_an_upload_nobody_asked_for_goes_and_one_in_use_stays(ingest: Ingest) -> None:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=10)).read_bytes()
    used, used_ref = await ingest.uploads.receive(pieces(clip), "a.mp4", 0, "")
    _, idle_ref = await ingest.uploads.receive(pieces(b"nobody wants this"), "b.mp4", 0, "")
    assert isinstance(await ingest.take_in(IngestRequested(uri=used)), AssetIngested)
    ingest.uploads = type(ingest.uploads)(
        ingest.documents,
        ingest.objects,
        ingest.assets,
        ingest.uploads.clock,
        ingest.uploads.scratch,
        most_bytes=1,
        keep=timedelta(seconds=-1),
    )
    assert await ingest.uploads.forget_old() == 2
    assert await ingest.objects.exists(used_ref.key)
    assert not await ingest.objects.exists(idle_ref.key)


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


async def test_a_download_carries_the_reservation_of_its_server(ingest: Ingest) -> None:
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
    ingest: Ingest, head: str, body: bytes, code: str
) -> None:
    async with Site(head, body) as site:
        end = await ingest.take_in(IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4"))
    assert isinstance(end, AssetRejected)
    assert end.code == code


@pytest.mark.parametrize(
    "head", ["503 Service Unavailable\r\nContent-Length: 0", "200 OK\r\nContent-Length: 500"]
)
async def test_a_place_that_fails_is_tried_again_later(ingest: Ingest, head: str) -> None:
    async with Site(head, b"") as site:
        with pytest.raises(Busy):
            await ingest.take_in(IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4"))
    assert list(ingest.uploads.scratch.iterdir()) == []
