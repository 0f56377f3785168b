"""How the gateway starts: what it hears, and where it refuses to listen."""

import socket
from typing import Any

import grpc
import httpx
import pytest

from framewell.dataset.v1 import dataset_service_pb2 as dataset
from framewell.dataset.v1.dataset_service_pb2_grpc import (
    DatasetServiceServicer,
    add_DatasetServiceServicer_to_server,
)
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_contracts.fact_types import FACTS
from framewell_gateway.adapters.announcer import SAID, OutboxAnnouncer
from framewell_gateway.adapters.services import RemoteDataset
from framewell_gateway.domain.principals import Principal, acting
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.entrypoints.stream import HEARD
from framewell_gateway.ports import Away
from framewell_gateway.wiring import require_tokens_for_strangers
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Conflict, Forbidden, NotFound, Rejected
from framewell_kit.rpc import RpcServer, Servicer, Tokens, channel, current_actor


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "archive.example"])
def test_strangers_are_not_served_without_tokens(host: str) -> None:
    with pytest.raises(ValueError, match="FRAMEWELL_TOKENS"):
        require_tokens_for_strangers(host, has_tokens=False)
    require_tokens_for_strangers(host, has_tokens=True)


def test_this_machine_is_served_without_tokens() -> None:
    require_tokens_for_strangers("127.0.0.1", has_tokens=False)


def test_every_fact_of_the_mesh_is_heard() -> None:
    assert {fact.message for fact in FACTS.values()} == set(HEARD)


class Sent:
    """Takes what the outbox sends."""

    source = "framewell/gateway"

    def __init__(self) -> None:
        self.records: list[Any] = []

    async def deliver(self, records: Any) -> None:
        self.records.extend(records)


async def test_a_fact_is_safe_before_its_id_is_given_out_and_leaves_under_it() -> None:
    documents, sent = MemoryDocuments(), Sent()
    outbox = Outbox(documents, sent)
    event_id = await OutboxAnnouncer(outbox, SystemClock()).announce(RightsChanged(target="holder:x"))
    assert await documents.get(SAID, event_id)
    assert sent.records == []
    await outbox.flush()
    (record,) = sent.records
    assert (record.topic, dict(record.headers)["ce_id"]) == ("framewell.rights.changed.v1", event_id.encode())


async def test_a_taken_port_is_one_clear_line(mesh: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = WebServer(application(mesh.door()), "127.0.0.1", port)
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            await server.start()


async def test_the_web_server_serves_until_it_is_stopped(mesh: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = WebServer(application(mesh.door()), "127.0.0.1", port)
    assert server.waiting()
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(200):
            if not server.waiting():
                break
            await SystemClock().sleep(0.01)
        assert (await client.get("/openapi.json")).status_code == 200
        await server.stop(5)
        with pytest.raises(httpx.ConnectError):
            await client.get("/openapi.json")


class Datasets(DatasetServiceServicer):
    """Refuses in every way, by the dataset that is asked for, and tells who asked."""

    async def ListClasses(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name
        refusals: dict[str, Exception] = {
            "unknown": NotFound("no such dataset"),
            "wrong": Rejected("not an id"),
            "late": Conflict("it has ended"),
            "secret": Forbidden("not yours"),
            "broken": ZeroDivisionError("inside"),
        }
        if request.dataset_id in refusals:
            raise refusals[request.dataset_id]
        return dataset.ListClassesResponse(
            classes=[dataset.DatasetClass(class_id="who", name=current_actor().principal)]
        )


@pytest.fixture
async def remote() -> Any:
    servicer = Servicer(
        "framewell.dataset.v1.DatasetService", add_DatasetServiceServicer_to_server, Datasets()
    )
    server = RpcServer("127.0.0.1:0", [servicer], Tokens({}))
    port = await server.start()
    connection = channel(f"127.0.0.1:{port}")
    yield RemoteDataset(connection)
    await connection.close()
    await server.stop(0)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [("unknown", NotFound), ("wrong", Rejected), ("late", Conflict), ("secret", Forbidden), ("broken", Away)],
)
async def test_refusals_come_back_as_they_were_meant(
    remote: RemoteDataset, asked: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await remote.list_classes(dataset.ListClassesRequest(dataset_id=asked))


async def test_services_know_for_whom_the_gateway_asks(remote: RemoteDataset) -> None:
    before = acting.set(Principal("anna", "local"))
    answer = await remote.list_classes(dataset.ListClassesRequest())
    acting.reset(before)
    assert answer.classes[0].name == "anna"


async def test_a_service_that_cannot_be_reached_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody: grpc.aio.Channel = channel(f"127.0.0.1:{port}")
    with pytest.raises(Away, match="dataset cannot be asked right now"):
        await RemoteDataset(nobody).list_datasets(dataset.ListDatasetsRequest())
    await nobody.close()
