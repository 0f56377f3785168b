"""Whoever is slow is given up in time, with an answer where one can be given; nobody else waits for that."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.dataset.v1.catalogue_service_pb2 import ListDatasetsResponse
from framewell.ingest.v1.ingest_service_pb2 import UploadResponse
from framewell.ingest.v1.ingest_service_pb2_grpc import (
    IngestServiceServicer,
    add_IngestServiceServicer_to_server,
)
from framewell.media.v1.media_pb2 import Work
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.connections import BoundedConnection
from framewell_gateway.entrypoints.http.listening import Listener
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_kit.pace import Pace
from framewell_kit.rpc import Admission, RpcServer, Servicer, channel
from framewell_kit.testing.waiting import PATIENCE, patient

SHORT = 0.3
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def short_pace() -> Pace:
    return Pace(stall_seconds=SHORT, grace_seconds=3 * SHORT, least_bytes_a_second=1000)


@dataclass
class Answer:
    """What came back on a connection until it was closed, or for two seconds."""

    raw: bytes = b""
    closed: bool = False

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def headers(self) -> httpx.Headers:
        lines = self.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        return httpx.Headers([tuple(line.split(b": ", 1)) for line in lines])  # type: ignore[misc]

    @property
    def problem(self) -> Any:
        return json.loads(self.raw.partition(b"\r\n\r\n")[2])


@dataclass
class Connection:
    """A client that writes bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    answer: Answer = field(default_factory=Answer)

    def __post_init__(self) -> None:
        self._reading = asyncio.create_task(self._read())  # at once: what is read late is lost to a reset

    async def _read(self) -> None:
        try:
            while received := await self.reader.read(1 << 16):
                self.answer.raw += received
        except ConnectionError:
            pass
        self.answer.closed = True

    async def send(self, *pieces: bytes, every: float = 0.0) -> None:
        for piece in pieces:
            try:
                self.writer.write(piece)
                await self.writer.drain()
            except ConnectionError:
                return
            await asyncio.sleep(every)

    async def end(self, seconds: float = PATIENCE) -> Answer:
        await asyncio.wait([self._reading], timeout=seconds)
        self._reading.cancel()
        return self.answer


Dial = Callable[[], Any]


@pytest.fixture
async def dial(mesh: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Dial]:
    """Opens connections to a gateway that listens and is impatient."""
    mesh.dataset.answers["ListDatasets"] = ListDatasetsResponse()
    monkeypatch.setattr(BoundedConnection, "head_seconds", SHORT)
    monkeypatch.setattr(BoundedConnection, "unread_body_seconds", SHORT)
    server = WebServer(application(mesh.context(), pace=short_pace, most_body_bytes=4096), "127.0.0.1", 0)
    await server.start()
    while server.waiting():  # noqa: ASYNC110 - uvicorn says so in no other way
        await asyncio.sleep(0.01)
    port = server.port

    @asynccontextmanager
    async def connected() -> AsyncIterator[Connection]:
        connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
        yield connection
        connection.writer.close()

    yield connected
    await server.stop(5)


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "\r\n"]).encode()


JSON = "Content-Type: application/json"


async def test_a_connection_that_says_nothing_is_closed(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Listener, "first_byte_seconds", SHORT)
    async with dial() as client:
        answer = await client.end()
    assert (answer.raw, answer.closed) == (b"", True)


async def test_a_head_that_trickles_ends(dial: Dial) -> None:
    async with dial() as client:
        await client.send(b"GET /v1/datasets HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 8, every=SHORT / 5)
        answer = await client.end()
    assert (answer.status, answer.problem["code"], answer.closed) == (408, "timeout", True)
    assert answer.headers["x-request-id"]


async def test_a_body_of_two_lengths_is_refused_and_ends_the_connection(dial: Dial) -> None:
    """RFC 9112, section 6.1: what follows could be a request that somebody else hid."""
    hidden = head("GET", "/v1/datasets")
    lengths = (f"Content-Length: {5 + len(hidden)}", "Transfer-Encoding: chunked")
    async with dial() as client:
        await client.send(head("POST", "/v1/assets", JSON, *lengths) + b"0\r\n\r\n" + hidden)
        answer = await client.end()
    assert (answer.status, answer.closed, answer.headers["connection"]) == (400, True, "close")
    assert "not by both" in answer.problem["detail"]
    assert answer.raw.count(b"HTTP/1.1") == 1


async def test_the_head_of_a_second_request_is_bounded_too(dial: Dial) -> None:
    async with dial() as client:
        await client.send(head("GET", "/v1/datasets"), b"GET /v1/da", every=0.1)
        answer = await client.end()
    assert (answer.status, answer.closed, b"408" in answer.raw) == (200, True, True)


@pytest.mark.parametrize("path", ["/v1/assets", "/v1/uploads"])
@pytest.mark.parametrize(
    ("pieces", "every"),
    [([b'{"uri": "fi'], 0.0), ([b" "] * 40, SHORT / 5)],
    ids=["stalls", "trickles"],
)
async def test_a_body_that_does_not_come_ends(
    dial: Dial, mesh: Any, path: str, pieces: list[bytes], every: float
) -> None:
    async with dial() as client:
        await client.send(head("POST", path, JSON, "Content-Length: 2000"), *pieces, every=every)
        answer = await client.end()
    assert (answer.status, answer.problem["code"], answer.closed) == (408, "timeout", True)
    assert answer.headers["x-request-id"]
    assert answer.headers["connection"] == "close"
    assert mesh.uploaded == b""


async def test_a_body_that_is_slow_but_comes_is_taken(dial: Dial, mesh: Any) -> None:
    async with dial() as client:
        body = [b"x" * 500] * 8
        await client.send(head("POST", "/v1/uploads", "Content-Length: 4000"), *body, every=SHORT / 3)
        answer = await client.end(1.0)
    assert answer.status == 201
    assert len(mesh.uploaded) == 4000


@pytest.mark.parametrize(("path", "size", "status"), [("/v1/nowhere", 99, 404), ("/v1/assets", 9999, 413)])
async def test_a_body_that_nobody_reads_ends_with_its_connection(
    dial: Dial, path: str, size: int, status: int
) -> None:
    async with dial() as client:
        await client.send(head("POST", path, JSON, f"Content-Length: {size}"), *[b"x"] * 8, every=SHORT / 5)
        answer = await client.end()
    assert (answer.status, answer.closed) == (status, True)


async def test_a_chunked_body_that_breaks_the_protocol_ends(dial: Dial) -> None:
    async with dial() as client:
        await client.send(head("POST", "/v1/assets", JSON, "Transfer-Encoding: chunked"), b"zzz\r\n")
        answer = await client.end()
    assert (answer.status, answer.problem["code"], answer.closed) == (400, "bad_request", True)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "bad_request"),
        (b"GET /\r\n\r\n", 400, "bad_request"),
        (
            head("GET", "/v1/datasets", "X-Large: " + "x" * 70_000, "Connection: close"),
            431,
            "headers_too_large",
        ),
        (b"GET / HTTP/1.1\r\nX-Large: " + b"x" * 70_000, 431, "headers_too_large"),
        (head("GET", "/v1/datasets?page_token=" + "x" * 20_000, "Connection: close"), 414, "uri_too_long"),
        (head("BREW", "/v1/datasets", "Connection: close"), 405, "method_not_allowed"),
        (head("GET", "/v1/nowhere", "Connection: close"), 404, "not_found"),
        (head("POST", "/v1/assets", "Content-Length: 99999", "Connection: close"), 413, "too_large"),
        (
            head("POST", "/v1/assets", "Content-Length: 1", "Content-Type: text/plain", "Connection: close")
            + b"x",
            415,
            "unsupported_media_type",
        ),
    ],
)
async def test_every_refusal_is_a_problem_with_the_id_of_its_request(
    dial: Dial, sent: bytes, status: int, code: str
) -> None:
    async with dial() as client:
        await client.send(sent)
        answer = await client.end()
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.problem["code"] == code
    assert answer.headers["x-request-id"]


class Receiving(IngestServiceServicer):
    """An ingest that takes an upload over gRPC, and how that went."""

    def __init__(self) -> None:
        self.received, self.outcome = 0, "open"

    async def Upload(self, request: Any, context: Any) -> UploadResponse:  # noqa: N802
        try:
            async for part in request:
                self.received += len(part.data)
        except asyncio.CancelledError:
            self.outcome = "broken off"
            raise
        self.outcome = "whole"
        return UploadResponse(uri="upload:1", size=self.received)


async def test_an_upload_that_stalls_breaks_off_at_ingest_and_its_sender_learns_why(
    mesh: Any, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = Receiving()
    servicer = Servicer("framewell.ingest.v1.IngestService", add_IngestServiceServicer_to_server, ingest)
    server = RpcServer("127.0.0.1:0", [servicer], Admission())
    port = await server.start()
    services = RemoteServices(lambda _: channel(f"127.0.0.1:{port}"), CallerMetadata(None))
    monkeypatch.setattr(mesh, "upload", services.upload)
    async with dial() as client:
        await client.send(head("POST", "/v1/uploads", "Content-Length: 4000"), b"x" * 1000)
        answer = await client.end()
    async with dial() as client:
        await client.send(head("POST", "/v1/uploads", "Content-Length: 3", "Connection: close"), b"xyz")
        whole = await client.end()
    await server.stop(0)
    assert (answer.status, answer.problem["code"]) == (408, "timeout")
    assert "1000 bytes" in answer.problem["detail"]
    assert (whole.status, ingest.outcome) == (201, "whole")


async def test_others_are_answered_while_many_are_slow(dial: Dial) -> None:
    async def slow() -> Answer:
        async with dial() as client:
            await client.send(head("POST", "/v1/assets", JSON, "Content-Length: 2000"), b"{")
            return await client.end()  # type: ignore[no-any-return]

    waiting = [asyncio.ensure_future(slow()) for _ in range(50)]
    await asyncio.sleep(0.05)
    async with dial() as client:
        await client.send(head("GET", "/v1/datasets", "Connection: close"))
        answer = await client.end(SHORT)
    assert answer.status == 200
    assert {one.status for one in await asyncio.gather(*waiting)} == {408}


async def test_event_streams_end_whole_when_the_process_stops(
    mesh: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await mesh.happened(AssetIngested(work=Work(asset_id=ASSET)))
    server = WebServer(application(mesh.context()), "127.0.0.1", 0)
    await server.start()
    while server.waiting():  # noqa: ASYNC110 - uvicorn says so in no other way
        await asyncio.sleep(0.01)
    port = server.port
    client = Connection(*await asyncio.open_connection("127.0.0.1", port))
    await client.send(head("GET", f"/v1/assets/{ASSET}/events", "Accept: text/event-stream"))
    while b"\nid: " not in client.answer.raw:  # noqa: ASYNC110 - bytes
        await asyncio.sleep(0.01)
    async with patient():
        await server.stop(600)
    assert (await client.end()).raw.endswith(b"\r\n0\r\n\r\n")  # the end of a chunked body
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


async def test_two_hundred_event_streams_leave_room_for_others(dial: Dial, mesh: Any) -> None:
    (key,) = await mesh.happened(AssetIngested(work=Work(asset_id=ASSET)))
    request = head("GET", f"/v1/assets/{ASSET}/events", "Accept: text/event-stream")
    async with AsyncExitStack() as opened:
        streams = [await opened.enter_async_context(dial()) for _ in range(200)]
        await asyncio.gather(*(stream.send(request) for stream in streams))
        async with patient():
            while not all(key.encode() in stream.answer.raw for stream in streams):  # noqa: ASYNC110 - bytes
                await asyncio.sleep(0.05)
        async with dial() as client:
            await client.send(head("GET", "/v1/datasets", "Connection: close"))
            answer = await client.end(20)
    assert answer.status == 200
