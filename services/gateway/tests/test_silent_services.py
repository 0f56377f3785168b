"""A service that says nothing at all is found out before a deadline; one that is busy is waited for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from framewell.dataset.v1.catalogue_service_pb2 import (
    CreateClassRequest,
    CreateClassResponse,
    ListClassesRequest,
    ListClassesResponse,
)
from framewell.dataset.v1.catalogue_service_pb2_grpc import (
    CatalogueServiceServicer,
    add_CatalogueServiceServicer_to_server,
)
from framewell_gateway.adapters import services as adapter
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.domain.principals import Principal, acting
from framewell_gateway.ports import Away, Method, methods
from framewell_kit.rpc import Admission, RpcServer, Servicer, channel


@dataclass
class Line:
    """The line to a service: while it is cut, nothing comes through, and nobody is told."""

    port: int
    whole: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self.port)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._carry(reader, forth))
            both.create_task(self._carry(back, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 16):
            await self.whole.wait()
            writer.write(piece)
        writer.close()


class Catalogue(CatalogueServiceServicer):
    """Answers, of one dataset as late as the test wants it."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    async def ListClasses(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name
        if request.dataset_id == "large":
            await self.done.wait()
        return ListClassesResponse(total_size=7)

    async def CreateClass(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name
        return CreateClassResponse()


@dataclass
class Dataset:
    """The dataset service as the gateway reaches it."""

    services: RemoteServices
    line: Line
    catalogue: Catalogue


@pytest.fixture
async def dataset() -> AsyncIterator[Dataset]:
    catalogue = Catalogue()  # type: ignore[abstract]  # the methods that no test calls
    name = "framewell.dataset.v1.CatalogueService"
    served = Servicer(name, add_CatalogueServiceServicer_to_server, catalogue)
    server = RpcServer("127.0.0.1:0", [served], Admission())
    line = Line(await server.start())
    line.whole.set()
    relay = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    connection: grpc.aio.Channel = channel(f"127.0.0.1:{relay.sockets[0].getsockname()[1]}")
    before = acting.set(Principal("anna", "local"))
    yield Dataset(RemoteServices(lambda _: connection, CallerMetadata(None)), line, catalogue)
    acting.reset(before)
    line.whole.set()
    await connection.close()
    relay.close()
    await server.stop(0)


async def test_of_a_service_that_falls_silent_a_reader_learns_it_long_before_the_deadline(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "DEADLINE_SECONDS", 600.0)
    assert (await dataset.services.call(methods.LIST_CLASSES, ListClassesRequest())).total_size == 7
    monkeypatch.setattr(adapter, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(adapter, "SIGN_OF_LIFE_SECONDS", 0.1)
    dataset.line.whole.clear()
    with pytest.raises(Away, match="it did not answer in time"):
        await dataset.services.call(methods.LIST_CLASSES, ListClassesRequest())
    change = asyncio.create_task(dataset.services.call(methods.CREATE_CLASS, CreateClassRequest()))
    with pytest.raises(Away):
        await dataset.services.call(methods.LIST_CLASSES, ListClassesRequest())
    assert not change.done(), "what changes something is not given up: it may have been done"
    dataset.line.whole.set()
    assert await change == CreateClassResponse()


async def test_a_service_that_is_busy_is_waited_for(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "DEADLINE_SECONDS", 600.0)
    monkeypatch.setattr(adapter, "SIGN_OF_LIFE_SECONDS", 600.0)
    monkeypatch.setattr(adapter, "PATIENCE_SECONDS", 0.0)
    asked = asyncio.create_task(
        dataset.services.call(methods.LIST_CLASSES, ListClassesRequest(dataset_id="large"))
    )
    # The same question over the same line is answered meanwhile, after its own sign of life.
    assert (await dataset.services.call(methods.LIST_CLASSES, ListClassesRequest())).total_size == 7
    assert not asked.done()
    dataset.catalogue.done.set()
    assert (await asked).total_size == 7


def test_what_changes_something_is_never_taken_for_a_question() -> None:
    every = [one for one in vars(methods).values() if isinstance(one, Method)]
    read = {one.name for one in every if one.repeatable}
    assert {
        "ListClasses",
        "GetSample",
        "CountSamples",
        "SearchMoments",
        "FindSimilar",
        "ClaimSamples",
    } <= read
    assert not {"ReviewSamples", "CreateClass", "Submit", "Promote", "ProposeSample", "SealAudit"} & read
