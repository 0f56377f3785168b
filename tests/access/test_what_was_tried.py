"""What a viewer's token could do once: delete an asset, restrict a holder, review, publish, put models in.

Here on the real servers of the real services, called as the gateway calls them: with its signed statements.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from joserfc.jwk import OKPKey

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRemoved
from framewell.dataset.v1 import review_service_pb2 as review
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.inference.v1 import inference_service_pb2 as inference_api
from framewell.ingest.v1 import ingest_service_pb2 as ingest_api
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import USE_PROHIBITED, RightsChanged, RightsStatement
from framewell.sample.v1.sample_pb2 import DECISION_ACCEPT, SampleReviewed
from framewell_contracts.access import AuthenticationKind, Role
from framewell_dataset.testing import DatasetBench
from framewell_dataset.testing.people import proposed_man
from framewell_gateway.adapters.caller_metadata import CallerMetadata
from framewell_gateway.adapters.services import RemoteServices
from framewell_gateway.domain.principals import Principal, acting
from framewell_gateway.ports import Method
from framewell_inference.testing import InferenceBench
from framewell_ingest.adapters.sandboxed_reader import SANDBOX_JOBS
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Forbidden
from framewell_kit.rpc import Admission, RpcServer, channel
from framewell_kit.rpc.statements import CallerSigner, StatementCheck
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox
from framewell_media.testing.clips import Clip, make_clip

REMOVE = Method("ingest", "RemoveAsset", ingest_api.RemoveAssetRequest, ingest_api.RemoveAssetResponse)
GET = Method("ingest", "GetAsset", ingest_api.GetAssetRequest, ingest_api.GetAssetResponse)
PREVIEW = Method(
    "dataset", "PreviewRightsChange",
    rights_rpc.PreviewRightsChangeRequest, rights_rpc.PreviewRightsChangeResponse,
)  # fmt: skip
REVIEW = Method("dataset", "ReviewSamples", review.ReviewSamplesRequest, review.ReviewSamplesResponse)
PUBLISH = Method(
    "dataset", "PublishSnapshot", snapshots.PublishSnapshotRequest, snapshots.PublishSnapshotResponse
)
ENABLE = Method(
    "inference", "EnableModel", inference_api.EnableModelRequest, inference_api.EnableModelResponse
)


class House:
    """One service behind its door, and the gateway that calls it for people."""

    def __init__(self, folder: Path, bench: ServiceBench) -> None:
        key = OKPKey.generate_key("Ed25519")
        (folder / "caller.key").write_bytes(key.as_pem(private=True))
        (folder / "caller.pub").write_bytes(key.as_pem(private=False))
        statements = StatementCheck(str(folder / "caller.pub"), bench.name, bench.clock)
        self.bench = bench
        self.server = RpcServer("127.0.0.1:0", bench.service.rpc, Admission({}, statements), bench.clock)
        self.signer = CallerSigner(str(folder / "caller.key"), bench.clock)
        self.channels: list[grpc.aio.Channel] = []
        self.address = ""

    async def open(self) -> None:
        self.address = f"127.0.0.1:{await self.server.start()}"

    async def close(self) -> None:
        for one in self.channels:
            await one.close()
        await self.server.stop(0)

    async def ask(self, role: Role, method: Method[Any, Any], request: Any) -> Any:
        """Call a method for somebody in this role, as the gateway does."""
        self.channels.append(channel(self.address))
        services = RemoteServices(lambda _: self.channels[-1], CallerMetadata(self.signer))
        token = acting.set(Principal("eve", role, authentication=AuthenticationKind.API_TOKEN))
        try:
            answer = await services.call(method, request)
        finally:
            acting.reset(token)
        await self.bench.settle()
        return answer

    async def refuse(self, roles: Sequence[Role], method: Method[Any, Any], request: Any) -> None:
        """Call it for somebody in each role, who must be told who may."""
        for role in roles:
            with pytest.raises(Forbidden, match=f"eve has the role '{role}'; {method.name} takes the role"):
                await self.ask(role, method, request)


@pytest.fixture
async def ingest(tmp_path: Path) -> AsyncIterator[House]:
    with Sandbox(SANDBOX_JOBS, concurrency=1) as sandbox:
        async with IngestBench(tmp_path, sandbox) as bench:
            house = House(tmp_path, bench)
            await house.open()
            yield house
            await house.close()


@pytest.fixture
async def dataset(tmp_path: Path) -> AsyncIterator[House]:
    async with DatasetBench() as bench:
        house = House(tmp_path, bench)
        await house.open()
        yield house
        await house.close()


async def test_a_viewer_deletes_no_asset(ingest: House) -> None:
    bench = ingest.bench
    assert isinstance(bench, IngestBench)
    make_clip(bench.inbox / "a.mp4", Clip(frames=10))
    taken = await bench.take_in(IngestRequested(uri=f"file://{bench.inbox}/a.mp4"))
    assert isinstance(taken, AssetIngested)
    asset_id = taken.work.asset_id
    removal = ingest_api.RemoveAssetRequest(asset_id=asset_id, reason="it was tried")
    await ingest.refuse([Role.VIEWER, Role.CURATOR], REMOVE, removal)
    assert not bench.facts.of(AssetRemoved)
    shown = (await ingest.ask(Role.VIEWER, GET, ingest_api.GetAssetRequest(asset_id=asset_id))).asset
    assert shown.state == ingest_api.INGEST_STATE_INGESTED
    await ingest.ask(Role.RIGHTS, REMOVE, removal)
    actor = bench.facts.one(AssetRemoved).actor
    assert (actor.principal, actor.authority) == ("eve", "rights")


async def test_neither_a_viewer_nor_a_curator_looks_into_what_a_restriction_of_a_holder_would_do(
    dataset: House,
) -> None:
    ban = RightsStatement(issuer="court", statement_id="1", use=USE_PROHIBITED)
    change = RightsChanged(subject=Subject(holder="Kanal Eins"), statements=[ban])
    request = rights_rpc.PreviewRightsChangeRequest(change=change)
    await dataset.refuse([Role.VIEWER, Role.CURATOR], PREVIEW, request)
    await dataset.ask(Role.RIGHTS, PREVIEW, request)


async def test_a_viewer_reviews_and_publishes_nothing_nor_does_somebody_of_rights(dataset: House) -> None:
    assert isinstance(dataset.bench, DatasetBench)
    proposed = await proposed_man(dataset.bench)
    decision = review.Review(sample_id=proposed.sample_id, decision=DECISION_ACCEPT)
    request = review.ReviewSamplesRequest(reviews=[decision])
    await dataset.refuse([Role.VIEWER, Role.RIGHTS, Role.SERVICE], REVIEW, request)
    await dataset.refuse(
        [Role.VIEWER, Role.RIGHTS], PUBLISH, snapshots.PublishSnapshotRequest(dataset_id="people")
    )
    assert not dataset.bench.facts.of(SampleReviewed)
    await dataset.ask(Role.CURATOR, REVIEW, request)
    actor = dataset.bench.facts.one(SampleReviewed).actor
    assert (actor.principal, actor.authority) == ("eve", "curator")


async def test_nobody_but_an_administrator_puts_a_model_in(tmp_path: Path) -> None:
    async with InferenceBench() as bench:
        house = House(tmp_path, bench)
        await house.open()
        try:
            request = inference_api.EnableModelRequest(name="house/dogs")
            await house.refuse([Role.VIEWER, Role.CURATOR, Role.RIGHTS], ENABLE, request)
        finally:
            await house.close()


async def test_who_reaches_a_service_past_the_gateway_is_nobody(dataset: House) -> None:
    async with channel(dataset.address) as to:
        ask = to.unary_unary(
            "/framewell.dataset.v1.ReviewService/ListSamples",
            request_serializer=review.ListSamplesRequest.SerializeToString,
            response_deserializer=review.ListSamplesResponse.FromString,
        )
        for metadata in ((), (("framewell-actor", "chief"),), (("authorization", "Bearer guess"),)):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await ask(review.ListSamplesRequest(), metadata=metadata)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
