"""A call that the gateway passes on is signed for its caller, and the service decides what they may."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from joserfc.jwk import OKPKey
from starlette.applications import Starlette

from framewell.ingest.v1.ingest_service_pb2 import (
    SubmitRequest,
    SubmitResponse,
    UploadRequest,
    UploadResponse,
    WatchRequest,
    WatchResponse,
)
from framewell.ingest.v1.ingest_service_pb2_grpc import (
    IngestServiceServicer,
    IngestServiceStub,
    add_IngestServiceServicer_to_server,
)
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.grpc_relay import GrpcRelay
from framewell_gateway.domain.principals import Principal
from framewell_gateway.entrypoints.grpc.door import GrpcDoor
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_kit.clock import SystemClock
from framewell_kit.rpc import Admission, RpcServer, Servicer, channel, current_actor
from framewell_kit.rpc.statements import CallerSigner, StatementCheck
from framewell_kit.testing.waiting import patient

NAME = "framewell.ingest.v1.IngestService"


class Ingest(IngestServiceServicer):
    """Says who called."""

    def __init__(self) -> None:
        self.callers: list[tuple[str, str]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    def _note(self) -> None:
        actor = current_actor()
        self.callers.append((actor.principal, actor.authority))

    async def Submit(self, request: Any, context: Any) -> SubmitResponse:  # noqa: N802
        self._note()
        return SubmitResponse(asset_id="a")

    async def Upload(self, request: Any, context: Any) -> UploadResponse:  # noqa: N802
        size = sum([len(part.data) async for part in request])
        self._note()
        return UploadResponse(size=size)

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[WatchResponse]:  # noqa: N802
        self._note()
        yield WatchResponse()
        await self.go_on.wait()


async def admit(headers: Mapping[str, str], _: str) -> Principal:
    """Whoever says `Bearer name/role` is that."""
    name, _, role = headers["authorization"].removeprefix("Bearer ").partition("/")
    return Principal(name, role, "", "api_token")


@pytest.fixture
async def calling(tmp_path: Path) -> AsyncIterator[Any]:
    """A service that believes the gateway's signature alone, and the gateway's port before it."""
    key, clock = OKPKey.generate_key("Ed25519"), SystemClock()
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    (tmp_path / "public.pem").write_bytes(key.as_pem(private=False))
    check = StatementCheck(str(tmp_path / "public.pem"), "ingest", clock)
    made: Any = Ingest
    ingest = made()
    servicer = Servicer(NAME, add_IngestServiceServicer_to_server, ingest)
    service = RpcServer("127.0.0.1:0", [servicer], Admission(statements=check))
    behind = f"127.0.0.1:{await service.start()}"
    callers = CallerMetadata(CallerSigner(str(tmp_path / "key.pem"), clock))
    app = Starlette()
    app.state.context = SimpleNamespace(stream_limit=SimpleNamespace(close=lambda: None))
    outgoing = channel(behind)
    revoked: set[str] = set()

    async def holds(principal: Principal) -> bool:
        return principal.name not in revoked

    door = GrpcDoor(GrpcRelay(lambda _: outgoing), admit, callers.of, holds=holds, look_seconds=0.05)
    server = WebServer(app, "127.0.0.1", 0, answer_call=door)
    await server.start()

    @asynccontextmanager
    async def stub(who: str, address: str = "") -> AsyncIterator[Any]:
        metadata = (("authorization", f"Bearer {who}"),)
        async with grpc.aio.insecure_channel(address or f"127.0.0.1:{server.port}") as opened:
            yield IngestServiceStub(opened), metadata

    yield SimpleNamespace(stub=stub, behind=behind, ingest=ingest, revoked=revoked)
    await server.stop(5)
    await outgoing.close()
    await service.stop(0)


async def parts() -> AsyncIterator[UploadRequest]:
    yield UploadRequest(data=b"xyz")


async def test_the_service_knows_the_caller_in_every_kind_of_call(calling: Any) -> None:
    request = SubmitRequest()
    request.request.uri = "https://archive.example/a.mp4"
    async with calling.stub("eva/curator") as (ingest, who):
        assert (await ingest.Submit(request, metadata=who)).asset_id == "a"
        assert (await ingest.Upload(parts(), metadata=who)).size == 3
        watched = WatchRequest(asset_id="1c5b2c1e-0000-4000-8000-00000000000a")
        assert len([one async for one in ingest.Watch(watched, metadata=who)]) == 1
    assert calling.ingest.callers == [("eva", "curator")] * 3


async def test_the_service_refuses_what_the_callers_role_may_not(calling: Any) -> None:
    async with calling.stub("vera/viewer") as (ingest, who):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await ingest.Upload(parts(), metadata=who)
    assert error.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert "'viewer'" in (error.value.details() or "")
    assert not calling.ingest.callers


async def test_a_stream_does_not_outlive_what_it_was_opened_with(calling: Any) -> None:
    calling.ingest.go_on.clear()
    watched = WatchRequest(asset_id="1c5b2c1e-0000-4000-8000-00000000000a")
    async with calling.stub("eva/viewer") as (ingest, eva), calling.stub("vera/viewer") as (_, vera):
        ending, staying = ingest.Watch(watched, metadata=eva), ingest.Watch(watched, metadata=vera)
        await ending.read()
        await staying.read()
        uploading = ingest.Upload(metadata=(("authorization", "Bearer eva/curator"),))
        await uploading.write(UploadRequest(data=b"x"))
        calling.revoked.add("eva")
        async with patient():
            for call in (ending.read(), uploading):
                with pytest.raises(grpc.aio.AioRpcError) as error:
                    await call
                assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED
                assert "sign in again" in (error.value.details() or "")
        assert not staying.done()


async def test_round_the_gateway_nobody_is_believed(calling: Any) -> None:
    async with calling.stub("eva/admin", calling.behind) as (ingest, who):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await ingest.Upload(parts(), metadata=who)
    assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert "through the gateway" in (error.value.details() or "")
