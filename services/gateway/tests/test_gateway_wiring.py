"""How the gateway starts: what it hears, and where it refuses to listen."""

import socket
from typing import Any

import grpc
import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.dataset.v1.catalogue_service_pb2 import (
    ListClassesRequest,
    ListClassesResponse,
    ListDatasetsRequest,
)
from framewell.dataset.v1.catalogue_service_pb2_grpc import (
    CatalogueServiceServicer,
    add_CatalogueServiceServicer_to_server,
)
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.dataset.v1.review_service_pb2 import ListSamplesRequest
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.inference.v1.inference_service_pb2 import (
    Model,
    ModelHeader,
    ModelPiece,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell.inference.v1.inference_service_pb2_grpc import (
    InferenceServiceServicer,
    add_InferenceServiceServicer_to_server,
)
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import RightsChanged, RightsStatement, Use
from framewell_contracts.fact_types import FACTS
from framewell_gateway.adapters.announcer import ANNOUNCED, OutboxAnnouncer
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.domain.principals import Principal, acting
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.ports import Away, Method, methods
from framewell_gateway.settings import GatewaySettings
from framewell_gateway.wiring import require_callers_beyond_loopback, wire
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Conflict, Forbidden, NotFound, Rejected
from framewell_kit.rpc import Admission, RpcServer, Servicer, channel, current_actor
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.service_bench import ServiceBench

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "archive.example"])
def test_strangers_are_not_served_without_tokens(host: str) -> None:
    with pytest.raises(ValueError, match="FRAMEWELL_TOKENS"):
        require_callers_beyond_loopback(host, can_know=False)
    require_callers_beyond_loopback(host, can_know=True)


def test_this_machine_is_served_without_tokens() -> None:
    require_callers_beyond_loopback("127.0.0.1", can_know=False)


async def test_every_fact_of_the_mesh_is_read_and_an_asset_forgotten_when_asked() -> None:
    async with ServiceBench("gateway", wire, GatewaySettings(), parts=False) as bench:
        recorder = next(one for one in bench.service.stages if one.group == "gateway.record_event")
        assert {kind.message for kind in recorder.types} == {fact.message for fact in FACTS.values()}
        assert await bench.deliver(AssetIngested(work=Work(asset_id=ASSET))) == []
        request = erasure_plan("e1", asset_ids=[ASSET])
        (completed,) = await bench.deliver(request)
        assert isinstance(completed, ErasureCompleted)
        assert (completed.service, completed.subject) == ("gateway", Subject(asset_id=ASSET))
        assert {each.kind: each.count for each in completed.counts}["events"] == 2
        again = bench.cause("e1", subject=ASSET)
        first = await bench.deliver(request, again, group="gateway.erase")
        assert await bench.deliver(request, again, group="gateway.erase") == first


@pytest.mark.parametrize("method", [each for each in vars(methods).values() if isinstance(each, Method)])
def test_every_method_that_the_gateway_calls_is_declared_by_its_service(method: Any) -> None:
    service, _, name = method.full_name.rpartition(".")
    declared = method.request.DESCRIPTOR.file.pool.FindServiceByName(service).methods_by_name[name]
    assert declared.input_type == method.request.DESCRIPTOR
    assert declared.output_type == method.response.DESCRIPTOR


async def test_a_fact_is_safe_before_its_id_is_given_out_and_leaves_under_it() -> None:
    documents, facts = MemoryDocuments(), CollectedFacts("framewell/gateway")
    outbox = Outbox(documents, facts)
    change = RightsChanged(subject=Subject(holder="x"), statements=[RightsStatement(use=Use.USE_PROHIBITED)])
    event_id = await OutboxAnnouncer(outbox, SystemClock()).announce(change)
    assert await documents.get(ANNOUNCED, event_id)
    assert facts.events == []
    await outbox.flush()
    (event,) = facts.events
    assert (event.envelope.type, event.envelope.id) == ("framewell.rights.changed.v1", event_id)


async def test_a_taken_port_is_one_clear_line(mesh: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = WebServer(application(mesh.context()), "127.0.0.1", port)
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            await server.start()


async def test_the_web_server_serves_until_it_is_stopped(mesh: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = WebServer(application(mesh.context()), "127.0.0.1", port)
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


class Catalogue(CatalogueServiceServicer):
    """Refuses in every way, by the dataset that is asked for, and says who asked."""

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
        return ListClassesResponse(classes=[DatasetClass(class_id="who", name=current_actor().principal)])


class Inference(InferenceServiceServicer):
    """Takes models in of whoever is an operator, and says what it was sent and by whom."""

    async def UploadModel(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name
        sent = [part.WhichOneof("part") async for part in request_iterator]
        principal = current_actor().principal
        return UploadModelResponse(model=Model(task=" ".join(sent), intended_use=principal))


@pytest.fixture
async def remote() -> Any:
    servicers = [
        Servicer(
            "framewell.dataset.v1.CatalogueService", add_CatalogueServiceServicer_to_server, Catalogue()
        ),
        Servicer(
            "framewell.inference.v1.InferenceService", add_InferenceServiceServicer_to_server, Inference()
        ),
    ]
    server = RpcServer("127.0.0.1:0", servicers, Admission())
    port = await server.start()
    connection = channel(f"127.0.0.1:{port}")
    yield RemoteServices(lambda _: connection, CallerMetadata(None))
    await connection.close()
    await server.stop(0)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [("unknown", NotFound), ("wrong", Rejected), ("late", Conflict), ("secret", Forbidden), ("broken", Away)],
)
async def test_refusals_come_back_as_they_were_meant(
    remote: RemoteServices, asked: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await remote.call(methods.LIST_CLASSES, ListClassesRequest(dataset_id=asked))


async def test_services_know_for_whom_the_gateway_asks(remote: RemoteServices) -> None:
    before = acting.set(Principal("anna", "local"))
    answer = await remote.call(methods.LIST_CLASSES, ListClassesRequest())
    acting.reset(before)
    assert answer.classes[0].name == "anna"


async def test_a_model_folder_reaches_inference_part_by_part(remote: RemoteServices) -> None:
    async def parts() -> Any:
        yield UploadModelRequest(header=ModelHeader(manifest=b"name: x"))
        yield UploadModelRequest(piece=ModelPiece(file="model.onnx", data=b"1"))

    before = acting.set(Principal("anna", "local"))
    model = (await remote.upload_model(parts())).model
    acting.reset(before)
    assert (model.task, model.intended_use) == ("header piece", "anna")


async def test_a_service_that_does_not_offer_a_method_yet_counts_as_away(remote: RemoteServices) -> None:
    with pytest.raises(Away, match="it does not offer this yet"):
        await remote.call(methods.LIST_SAMPLES, ListSamplesRequest())


async def test_a_service_that_cannot_be_reached_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody: grpc.aio.Channel = channel(f"127.0.0.1:{port}")
    with pytest.raises(Away, match="dataset cannot be asked right now"):
        await RemoteServices(lambda _: nobody, CallerMetadata(None)).call(
            methods.LIST_DATASETS, ListDatasetsRequest()
        )
    await nobody.close()
