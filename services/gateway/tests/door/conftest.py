"""The gateway's port before a service that listens: a small application behind HTTP, calls behind gRPC."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
import trustme
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2_grpc
from grpc_status import rpc_status
from h2 import events as h2_events
from h2.connection import H2Connection
from h2.exceptions import H2Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from framewell.inference.v1.inference_service_pb2 import AnalyseFramesResponse
from framewell.inference.v1.inference_service_pb2_grpc import (
    InferenceServiceServicer,
    add_InferenceServiceServicer_to_server,
)
from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse, UploadResponse
from framewell.ingest.v1.ingest_service_pb2_grpc import (
    IngestServiceServicer,
    add_IngestServiceServicer_to_server,
)
from framewell.media.v1.media_service_pb2 import ReadObjectResponse
from framewell.media.v1.media_service_pb2_grpc import MediaServiceServicer, add_MediaServiceServicer_to_server
from framewell.oip.v2.open_inference_pb2_grpc import add_GRPCInferenceServiceServicer_to_server
from framewell_gateway.adapters.grpc_relay import GrpcRelay
from framewell_gateway.adapters.relay_channels import RelayChannels
from framewell_gateway.domain.principals import LOCAL, Principal, acting
from framewell_gateway.entrypoints.grpc.door import GrpcDoor
from framewell_gateway.entrypoints.http.certificates import Certificates
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_kit.outcomes import Forbidden
from framewell_kit.pace import Pace
from framewell_kit.testing.waiting import patient

SHORT = 0.3


@dataclass
class Service(IngestServiceServicer, InferenceServiceServicer, MediaServiceServicer):
    """Ingest, inference and transcode in one: what reached it, and answers of all four kinds."""

    metadata: list[dict[str, Any]] = field(default_factory=list)
    remaining: list[float | None] = field(default_factory=list)
    received: int = 0
    sent: int = 0
    outcome: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def _note(self, context: Any) -> None:
        self.metadata.append(dict(context.invocation_metadata()))
        self.remaining.append(context.time_remaining())

    async def Submit(self, request: Any, context: Any) -> SubmitResponse:  # noqa: N802
        self._note(context)
        wanted = request.request_id
        if wanted == "refuse":
            info = AnyMessage()
            info.Pack(ErrorInfo(reason="no_such_thing", domain="framewell"))
            status = Status(code=5, message="ein Band, das es nicht gibt: 100 % ✂", details=[info])
            await context.abort_with_status(rpc_status.to_status(status))
        if wanted == "wait":
            await self._held()
        await context.send_initial_metadata((("x-first", "1"), ("x-first-bin", b"\x00\xff")))
        context.set_trailing_metadata((("x-last", "2"), ("x-last-bin", b"\xfe\x00")))
        return SubmitResponse(asset_id=wanted, existed=True)

    async def Upload(self, request: Any, context: Any) -> UploadResponse:  # noqa: N802
        self._note(context)
        try:
            async for part in request:
                self.received += len(part.data)
                if part.header.file_name == "hold":
                    await self.go_on.wait()
            await asyncio.sleep(0)  # grpc.aio ends the requests of a cancelled call as if they were whole
        except asyncio.CancelledError:
            self.outcome.put_nowait("broken off")
            raise
        self.outcome.put_nowait("whole")
        return UploadResponse(uri="upload:1", size=self.received)

    async def ReadObject(self, request: Any, context: Any) -> AsyncIterator[ReadObjectResponse]:  # noqa: N802
        self._note(context)
        size, count = (int(part) for part in request.key.split("x"))
        try:
            for _ in range(count):
                self.sent += 1
                yield ReadObjectResponse(data=b"o" * size)
            if request.asset_id == "then-wait":
                await self._held()
        except asyncio.CancelledError:
            self.outcome.put_nowait("cancelled")
            raise

    async def AnalyseFrames(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        self._note(context)
        async for frame in request:
            yield AnalyseFramesResponse(sequence=frame.sequence)

    async def _held(self) -> None:
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.outcome.put_nowait("cancelled")
            raise


async def hello(request: Request) -> Response:
    body = {
        "version": request.scope["http_version"],
        "scheme": request.url.scheme,
        "client": request.client and request.client.host,
        "host": request.headers.get("host"),
        "cookies": request.cookies,
        "query": request.url.query,
    }
    return JSONResponse(body, headers={"connection": "close"})


async def size(request: Request) -> Response:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
    return JSONResponse(received)


async def large(request: Request) -> Response:
    return Response(b"x" * int(request.query_params["bytes"]))


def application(produced: list[int]) -> Starlette:
    async def numbers(_: Request) -> Response:
        async def events() -> AsyncIterator[bytes]:
            for number in range(1 << 20):
                produced.append(number)
                yield f"id: {number}\n\n".encode() + b":" * 1000 + b"\n"
                await asyncio.sleep(0)

        return StreamingResponse(events(), media_type="text/event-stream")

    async def ignore(_: Request) -> Response:
        return Response("not read", status_code=403)

    async def fail(_: Request) -> Response:
        raise RuntimeError("nobody expected it")

    app = Starlette(
        routes=[
            Route("/hello", hello),
            Route("/size", size, methods=["POST"]),
            Route("/large", large),
            Route("/events", numbers),
            Route("/ignore", ignore, methods=["POST"]),
            Route("/fail", fail),
        ]
    )
    app.state.context = SimpleNamespace(stream_limit=SimpleNamespace(close=lambda: None))
    return app


@dataclass
class Door:
    """A gateway's port that listens, and what is behind it."""

    service: Service
    server: WebServer
    behind: grpc.aio.Server
    produced: list[int]
    authority: trustme.CA | None

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def channel(self, **options: int) -> grpc.aio.Channel:
        given = [(f"grpc.{name}", value) for name, value in options.items()]
        given.append(("grpc.enable_http_proxy", 0))
        if self.authority is None:
            return grpc.aio.insecure_channel(self.address, options=given)
        roots = self.authority.cert_pem.bytes()
        return grpc.aio.secure_channel(self.address, grpc.ssl_channel_credentials(roots), options=given)


@dataclass
class RawClient:
    """A client that decides about every frame: nothing is acknowledged unless it says so."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    authority: str
    h2: H2Connection = field(default_factory=H2Connection)
    events: list[Any] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()
        self.h2.initiate_connection()
        self.flush()
        self._reading = asyncio.create_task(self._read())

    def flush(self) -> None:
        self.write(self.h2.data_to_send())

    def write(self, raw: bytes) -> None:
        if not self.closed and not self.writer.is_closing():
            self.writer.write(raw)

    def request(self, method: str, path: str, *headers: tuple[str, str], end: bool = True) -> int:
        number = self.h2.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "http"), (":authority", self.authority), (":path", path)]
        self.h2.send_headers(number, [*pseudo, *headers], end_stream=end)
        self.flush()
        return number

    def of(self, kind: type[Any], stream: int | None = None) -> list[Any]:
        return [
            one
            for one in self.events
            if isinstance(one, kind) and stream in (None, getattr(one, "stream_id", None))
        ]

    def status(self, stream: int) -> int:
        (answer,) = self.of(h2_events.ResponseReceived, stream)
        return int(dict(answer.headers)[b":status"])

    async def until(self, condition: Callable[[], object]) -> None:
        async with patient():
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def _read(self) -> None:
        try:
            while received := await self.reader.read(1 << 16):
                self.events += self.h2.receive_data(received)
                self.flush()
                self._changed.set()
        except (OSError, H2Error):
            pass
        self.closed = True
        self._changed.set()

    @property
    def goodbyes(self) -> list[Any]:
        return self.of(h2_events.ConnectionTerminated)

    @property
    def goodbye(self) -> tuple[int, str]:
        (goodbye,) = self.goodbyes
        return int(goodbye.error_code), (goodbye.additional_data or b"").decode()


@pytest.fixture
async def raw() -> AsyncIterator[Callable[[Door], Awaitable[RawClient]]]:
    """Connects raw clients to a port."""
    clients = []

    async def connect(door: Door, local: str = "127.0.0.1") -> RawClient:
        ends = await asyncio.open_connection("127.0.0.1", door.port, local_addr=(local, 0))
        client = RawClient(*ends, door.address)
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.writer.close()
        client._reading.cancel()


async def admit(headers: Mapping[str, str], source: str) -> Principal:
    """Everybody but one; who calls from elsewhere is known by where that is."""
    if source != "127.0.0.1":
        return Principal(source, "viewer")
    if headers.get("authorization") == "Bearer wrong":
        raise Forbidden("the token is not one of this mesh's")
    return Principal("eva", "curator") if "authorization" in headers else LOCAL


Opened = Callable[..., Any]


@pytest.fixture
def opened() -> Opened:
    """Opens a port: `async with opened(certificates=…) as door`."""

    @asynccontextmanager
    async def opening(
        *,
        authority: trustme.CA | None = None,
        certificates: Certificates | None = None,
        open_inference: Any = None,
        **also: Any,
    ) -> AsyncIterator[Door]:
        service: Any = Service  # the other methods are not implemented, as over gRPC
        service = service()
        options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 64 << 20)]
        behind = grpc.aio.server(options=options)
        if open_inference is not None:
            add_GRPCInferenceServiceServicer_to_server(open_inference, behind)
        for add in (
            add_IngestServiceServicer_to_server,
            add_InferenceServiceServicer_to_server,
            add_MediaServiceServicer_to_server,
        ):
            add(service, behind)
        health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), behind)
        port = behind.add_insecure_port("127.0.0.1:0")
        await behind.start()
        where = f"127.0.0.1:{port}"
        options = [("grpc.max_receive_message_length", 5 << 20), ("grpc.enable_http_proxy", 0)]
        channel = grpc.aio.insecure_channel(where, options=options)
        channels = RelayChannels(lambda _: channel, lambda _: where, lambda _: where)
        answer = GrpcDoor(
            GrpcRelay(channels.to),
            admit,
            lambda service, method: (("framewell-caller", f"{acting.get().name} {service} {method}"),),
            also.get("proxies", ()),
            pace=lambda: Pace(stall_seconds=SHORT, grace_seconds=3 * SHORT, least_bytes_a_second=1000),
        )
        produced: list[int] = []
        host = also.pop("host", "127.0.0.1")
        server = WebServer(
            application(produced), host, 0, answer_call=answer, certificates=certificates, **also
        )
        await server.start()
        try:
            yield Door(service, server, behind, produced, authority)
        finally:
            await server.stop(5)
            await channel.close()
            await behind.stop(0)

    return opening


@pytest.fixture
async def door(opened: Opened) -> AsyncIterator[Door]:
    """A port in plain text on loopback."""
    async with opened() as door:
        yield door


@dataclass
class Files:
    """The two files of a certificate, and who vouches for it."""

    folder: Path
    authority: trustme.CA = field(default_factory=trustme.CA)

    @property
    def certificate(self) -> Path:
        return self.folder / "tls.crt"

    @property
    def key(self) -> Path:
        return self.folder / "tls.key"

    def issue(self, *names: str, ends: dt.datetime | None = None) -> trustme.LeafCert:
        return self.authority.issue_cert(*(names or ("localhost", "127.0.0.1")), not_after=ends)

    def write(self, pair: trustme.LeafCert) -> None:
        self.certificate.write_bytes(b"".join(one.bytes() for one in pair.cert_chain_pems))
        self.key.write_bytes(pair.private_key_pem.bytes())

    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A pair that is valid now."""
    files = Files(tmp_path)
    files.write(files.issue())
    return files


@pytest.fixture
async def tls_door(opened: Opened, files: Files) -> AsyncIterator[Door]:
    """A port with TLS."""
    certificates = Certificates(files.certificate, files.key)
    async with opened(authority=files.authority, certificates=certificates) as door:
        yield door
