"""Every role calls every method of the mesh on a real server: who may gets through, everybody else does not.

The methods are those of the .proto files, not those of the table; their servicers only say who calls.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from joserfc.jwk import OKPKey

import framewell
from framewell_contracts.access import METHODS, AuthenticationKind, Role
from framewell_kit.clock import SystemClock
from framewell_kit.rpc import Admission, Caller, RpcServer, Servicer, current_actor
from framewell_kit.rpc.actor import CALLER
from framewell_kit.rpc.local_mode import LocalMode
from framewell_kit.rpc.statements import CallerSigner, StatementCheck

TOKENS = {f"t-{role}": f"anna/{role}" for role in Role if role is not Role.LOCAL}
FORGOTTEN = "/framewell.ingest.v1.Forgotten/Everything"


def services() -> Iterator[ServiceDescriptor]:
    for module in sorted(one.name for one in pkgutil.walk_packages(framewell.__path__, "framewell.")):
        if module.endswith("_pb2"):
            yield from importlib.import_module(module).DESCRIPTOR.services_by_name.values()


ALL: Mapping[str, MethodDescriptor] = {
    f"/{service.full_name}/{method.name}": method for service in services() for method in service.methods
}


async def answer(request: Any, context: Any) -> bytes:
    actor = current_actor()
    return f"{actor.principal}/{actor.authority}".encode()


async def stream(request: Any, context: Any) -> AsyncIterator[bytes]:
    yield await answer(request, context)


def handler(method: MethodDescriptor) -> Any:
    asks, answers = method.client_streaming, method.server_streaming
    if asks and answers:
        return grpc.stream_stream_rpc_method_handler(stream)
    if answers:
        return grpc.unary_stream_rpc_method_handler(stream)
    if asks:
        return grpc.stream_unary_rpc_method_handler(answer)
    return grpc.unary_unary_rpc_method_handler(answer)


def served(name: str, handlers: Mapping[str, Any]) -> Servicer:
    def add(_: Any, server: Any) -> None:
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))

    return Servicer(name, add, None)


def every_service() -> list[Servicer]:
    found = [
        served(service.full_name, {method.name: handler(method) for method in service.methods})
        for service in services()
    ]
    return [*found, served("framewell.ingest.v1.Forgotten", {"Everything": handler(ALL[next(iter(ALL))])})]


class Door:
    """A server of every method, and who is let in there."""

    def __init__(self, address: str, signer: CallerSigner, local: LocalMode) -> None:
        self.address, self.signer, self.local = address, signer, local
        self.channel = grpc.aio.insecure_channel(address)

    async def ask(self, path: str, metadata: tuple[tuple[str, str], ...] = ()) -> tuple[grpc.StatusCode, str]:
        """Return the status of a call of a method, and who calls by the answer, or why not."""
        method = ALL.get(path) or next(iter(ALL.values()))
        try:
            if method.client_streaming and method.server_streaming:
                found = await anext(aiter(self.channel.stream_stream(path)(iter([b""]), metadata=metadata)))
            elif method.server_streaming:
                found = await anext(aiter(self.channel.unary_stream(path)(b"", metadata=metadata)))
            elif method.client_streaming:
                found = await self.channel.stream_unary(path)(iter([b""]), metadata=metadata)
            else:
                found = await self.channel.unary_unary(path)(b"", metadata=metadata)
        except grpc.aio.AioRpcError as error:
            return error.code(), error.details() or ""
        return grpc.StatusCode.OK, found.decode()

    def stated(self, role: Role, path: str) -> tuple[tuple[str, str], ...]:
        """Return what the gateway sends along for somebody in this role."""
        calling = Caller("bert", role, AuthenticationKind.SESSION)
        return ((CALLER, self.signer.sign(calling, "ingest", path)),)


async def opened(folder: Path, tokens: Mapping[str, str]) -> tuple[RpcServer, Door]:
    key, clock, local = OKPKey.generate_key("Ed25519"), SystemClock(), LocalMode(folder / "local-mode")
    (folder / "caller.key").write_bytes(key.as_pem(private=True))
    (folder / "caller.pub").write_bytes(key.as_pem(private=False))
    statements = StatementCheck(str(folder / "caller.pub"), "ingest", clock)
    server = RpcServer("127.0.0.1:0", every_service(), Admission(tokens, statements, local))
    port = await server.start()
    return server, Door(f"127.0.0.1:{port}", CallerSigner(str(folder / "caller.key"), clock), local)


@pytest.fixture(params=["with tokens", "with users"])
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Door]:
    server, made = await opened(tmp_path, TOKENS if request.param == "with tokens" else {})
    yield made
    await made.channel.close()
    await server.stop(0)


def expected(path: str, role: Role) -> grpc.StatusCode:
    return grpc.StatusCode.OK if METHODS[path].allows(role) else grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.LOCAL])
async def test_whom_the_gateway_names_may_call_what_the_table_says(door: Door, role: Role) -> None:
    codes = await asyncio.gather(*(door.ask(path, door.stated(role, path)) for path in ALL))
    assert {path: code for path, (code, _) in zip(ALL, codes, strict=True)} == {
        path: expected(path, role) for path in ALL
    }
    for path, (code, said) in zip(ALL, codes, strict=True):
        if code is grpc.StatusCode.OK and not METHODS[path].everybody:
            assert said == f"bert/{role}"
        if code is grpc.StatusCode.PERMISSION_DENIED:
            assert METHODS[path].words in said


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.LOCAL])
async def test_whose_token_it_is_may_call_what_the_table_says(tmp_path: Path, role: Role) -> None:
    server, door = await opened(tmp_path, TOKENS)
    metadata = (("authorization", f"Bearer t-{role}"),)
    codes = await asyncio.gather(*(door.ask(path, metadata) for path in ALL))
    await door.channel.close()
    await server.stop(0)
    assert [code for code, _ in codes] == [expected(path, role) for path in ALL]


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("framewell-actor", "chief"),),
        (("authorization", "Bearer nonsense"),),
        (("authorization", "Basic YWRtaW46YWRtaW4="),),
        ((CALLER, "nonsense"),),
        ((CALLER, ""), ("framewell-actor", "chief")),
    ],
)
async def test_who_is_not_known_may_call_what_is_open_to_everybody_alone(
    door: Door, metadata: tuple[tuple[str, str], ...]
) -> None:
    codes = await asyncio.gather(*(door.ask(path, metadata) for path in ALL))
    open_to_all = {path for path, (code, _) in zip(ALL, codes, strict=True) if code is grpc.StatusCode.OK}
    assert open_to_all == {path for path in ALL if METHODS[path].everybody}
    assert {code for code, _ in codes} == {grpc.StatusCode.OK, grpc.StatusCode.UNAUTHENTICATED}


async def test_a_method_that_is_in_no_table_is_refused_to_everybody(door: Door) -> None:
    for role in Role:
        if role is not Role.LOCAL:
            code, said = await door.ask(FORGOTTEN, door.stated(role, FORGOTTEN))
            assert code is grpc.StatusCode.PERMISSION_DENIED
            assert "in no table of access" in said


async def test_this_machine_may_everything_while_the_mesh_has_no_users_and_nothing_after(
    tmp_path: Path,
) -> None:
    server, door = await opened(tmp_path, {})
    asked = "/framewell.ingest.v1.IngestService/RemoveAsset"
    mine = door.stated(Role.LOCAL, asked)
    try:
        assert (await door.ask(asked))[0] is grpc.StatusCode.UNAUTHENTICATED, "nobody has said so yet"
        door.local.open()
        codes = await asyncio.gather(*(door.ask(path) for path in ALL))
        assert {code for code, _ in codes} == {grpc.StatusCode.OK}
        assert await door.ask(asked, (("framewell-actor", "m.keller"),)) == (
            grpc.StatusCode.OK,
            "m.keller/local",
        )
        assert (await door.ask(FORGOTTEN))[0] is grpc.StatusCode.PERMISSION_DENIED
        door.local.close()
        assert (await door.ask(asked))[0] is grpc.StatusCode.UNAUTHENTICATED
        code, said = await door.ask(asked, mine)
        assert code is grpc.StatusCode.UNAUTHENTICATED, "a statement of before is no way around it"
        assert "sign in" in said
    finally:
        await door.channel.close()
        await server.stop(0)


async def test_with_tokens_this_machine_is_nobody_whatever_the_file_says(tmp_path: Path) -> None:
    server, door = await opened(tmp_path, TOKENS)
    door.local.open()
    code, _ = await door.ask("/framewell.ingest.v1.IngestService/GetAsset")
    await door.channel.close()
    await server.stop(0)
    assert code is grpc.StatusCode.UNAUTHENTICATED
