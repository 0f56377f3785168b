"""The servers of the comparison, each a process: a service, the gateway's port before it, uvicorn's own port.

`python -m benchmarks.door.servers NAME [ADDRESS]` prints its port and serves until it is ended.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import trustme
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse, UploadResponse
from framewell.ingest.v1.ingest_service_pb2_grpc import (
    IngestServiceServicer,
    add_IngestServiceServicer_to_server,
)
from framewell_gateway.adapters.grpc_relay import GrpcRelay
from framewell_gateway.domain.principals import LOCAL
from framewell_gateway.entrypoints.grpc.door import GrpcDoor
from framewell_gateway.entrypoints.http.certificates import Certificates
from framewell_gateway.entrypoints.http.connections import BoundedConnection
from framewell_gateway.entrypoints.http.server import WebServer

EVENTS = 2000
EVENT = b"event: asset.ingested\ndata: " + b"x" * 400 + b"\nid: 1\n\n"


class Ingest(IngestServiceServicer):
    """Answers at once, so that what is measured is the way."""

    async def Submit(self, request: Any, context: Any) -> SubmitResponse:  # noqa: N802
        return SubmitResponse(asset_id=request.request_id)

    async def Upload(self, request: Any, context: Any) -> UploadResponse:  # noqa: N802
        size = 0
        async for part in request:
            size += len(part.data)
        return UploadResponse(size=size)


async def service() -> int:
    """Serve gRPC as a service does."""
    server = grpc.aio.server()
    ingest: Any = Ingest
    add_IngestServiceServicer_to_server(ingest(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    _KEPT.append(server)
    return int(port)


async def door(behind: str, certificates: Certificates | None = None) -> int:
    """Serve the gateway's port before a service."""
    channel = grpc.aio.insecure_channel(behind)

    async def admit(*_: object) -> Any:
        return LOCAL

    answer = GrpcDoor(GrpcRelay(lambda _: channel), admit, lambda *_: (("framewell-actor", "bench"),))
    server = WebServer(application(), "127.0.0.1", 0, answer_call=answer, certificates=certificates)
    await server.start()
    _KEPT.append(server)
    return server.port


async def tls(behind: str, ca: str, folder: str) -> int:
    """Serve the same with TLS; writes its authority, and its certificate into a folder."""
    return await door(behind, _issued(Path(ca), Path(folder)))


def _issued(ca: Path, folder: Path) -> Certificates:
    authority = trustme.CA()
    pair = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(ca)
    certificate, key = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(b"".join(one.bytes() for one in pair.cert_chain_pems))
    key.write_bytes(pair.private_key_pem.bytes())
    return Certificates(certificate, key)


async def before() -> int:
    """Serve HTTP/1.1 on uvicorn's own socket, as the gateway did before it had one port for all."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(),
        http=BoundedConnection,
        ws="none",
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
    )
    server = uvicorn.Server(config)
    _KEPT.append(asyncio.create_task(server.serve([listening])))
    return int(listening.getsockname()[1])


def application() -> Starlette:
    """Return the smallest application with an answer and a stream of events."""

    async def answer(_: Request) -> Response:
        return JSONResponse({"asset_id": "1c5b2c1e-0000-4000-8000-00000000000a"})

    async def stream(_: Request) -> Response:
        async def events() -> AsyncIterator[bytes]:
            for _ in range(EVENTS):
                yield EVENT

        return StreamingResponse(events(), media_type="text/event-stream")

    app = Starlette(routes=[Route("/answer", answer), Route("/events", stream)])
    app.state.context = SimpleNamespace(stream_limit=SimpleNamespace(close=lambda: None))
    return app


_KEPT: list[Any] = []


async def main(name: str, *arguments: str) -> None:
    """Serve until ended."""
    serve: Any = {"service": service, "door": door, "tls": tls, "before": before}[name]
    print(await serve(*arguments), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
