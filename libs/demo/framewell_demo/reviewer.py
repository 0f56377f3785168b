"""The reviewer of the demo: looks at samples and accepts them, over the services' own gRPC."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import grpc

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_pb
from framewell.dataset.v1 import review_service_pb2 as review_pb
from framewell.dataset.v1 import rights_service_pb2 as rights_pb
from framewell.dataset.v1 import snapshot_service_pb2 as snapshot_pb
from framewell.dataset.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from framewell.dataset.v1.dataset_pb2 import Dataset, DatasetClass, Sample
from framewell.dataset.v1.review_service_pb2_grpc import ReviewServiceStub
from framewell.dataset.v1.rights_service_pb2_grpc import RightsServiceStub
from framewell.dataset.v1.snapshot_service_pb2_grpc import SnapshotServiceStub
from framewell.inference.v1 import inference_service_pb2 as inference_pb
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell.sample.v1.sample_pb2 import DECISION_ACCEPT, SAMPLE_STATE_PROPOSED
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_demo.facts import time_limit

if TYPE_CHECKING:  # the generated stubs' asynchronous face exists for the type checker only
    from framewell.dataset.v1.catalogue_service_pb2_grpc import CatalogueServiceAsyncStub
    from framewell.dataset.v1.review_service_pb2_grpc import ReviewServiceAsyncStub
    from framewell.dataset.v1.rights_service_pb2_grpc import RightsServiceAsyncStub
    from framewell.dataset.v1.snapshot_service_pb2_grpc import SnapshotServiceAsyncStub
    from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceAsyncStub

Answer = TypeVar("Answer")

REVIEWER: Final = "demo-editor"
RULE: Final = "lower_third_face"
_CALL_SECONDS: Final = 20.0
_ANSWER_WITHIN_SECONDS: Final = 60.0
"""How long a call is repeated while its service is away, for instance because it is being restarted."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Calls to the dataset and inference services, repeated while a service is restarting."""

    catalogue: CatalogueServiceAsyncStub
    review: ReviewServiceAsyncStub
    inference: InferenceServiceAsyncStub
    snapshots: SnapshotServiceAsyncStub
    rights: RightsServiceAsyncStub

    @staticmethod
    @contextlib.asynccontextmanager
    async def of(endpoints: Mapping[str, str]) -> AsyncIterator[Reviewer]:
        """Open the services of the mesh with these endpoints."""
        options = [("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", 2000)]
        async with (
            grpc.aio.insecure_channel(endpoints["grpc.dataset"], options=options) as dataset,
            grpc.aio.insecure_channel(endpoints["grpc.inference"], options=options) as inference,
        ):
            yield Reviewer(
                CatalogueServiceStub(dataset),
                ReviewServiceStub(dataset),
                InferenceServiceStub(inference),
                SnapshotServiceStub(dataset),
                RightsServiceStub(dataset),
            )

    async def dataset_of_people(self) -> str:
        """Return the id of the dataset that learns faces from lower thirds; create it where there is none."""
        listed = await self._call(self.catalogue.ListDatasets, catalogue_pb.ListDatasetsRequest())
        for dataset in listed.datasets:
            if RULE in dataset.rules and dataset.recipe == "identity":
                return str(dataset.dataset_id)
        wanted = Dataset(
            dataset_id="people",
            title="People in our programmes",
            rules=[RULE],
            recipe="identity",
            purpose=PURPOSE_OWN_TRAINING,
        )
        request = catalogue_pb.CreateDatasetRequest(dataset=wanted)
        made = await self._call(self.catalogue.CreateDataset, request)
        return str(made.dataset.dataset_id)

    async def samples(self, asset_id: str) -> Sequence[Sample]:
        """Return all samples taken from an asset."""
        request = review_pb.ListSamplesRequest(asset_id=asset_id)
        return (await self._call(self.review.ListSamples, request)).samples

    async def accept(self, asset_id: str) -> Sequence[Sample]:
        """Accept what is proposed from an asset with a class; questions are left to people.

        Returns the accepted samples. A decision that was taken by an earlier, broken call counts.
        """
        proposed = [
            sample
            for sample in await self.samples(asset_id)
            if sample.state == SAMPLE_STATE_PROPOSED and sample.class_id and not sample.question
        ]
        request = review_pb.ReviewSamplesRequest(
            reviews=[
                review_pb.Review(
                    sample_id=sample.sample_id, decision=DECISION_ACCEPT, note="seen in the demo"
                )
                for sample in proposed
            ]
        )
        answer = await self._call(self.review.ReviewSamples, request)
        return [result.sample for result in answer.results if not result.error]

    async def classes(self, dataset_id: str) -> Mapping[str, DatasetClass]:
        """Return classes of the dataset by id, with the names that no fact carries."""
        request = catalogue_pb.ListClassesRequest(dataset_id=dataset_id)
        listed = await self._call(self.catalogue.ListClasses, request)
        return {one.class_id: one for one in listed.classes}

    async def people(self, asset_id: str) -> Sequence[inference_pb.Person]:
        """Return who was seen in an asset, with distances, by the identity model in force."""
        request = inference_pb.ListPeopleRequest(asset_id=asset_id)
        return (await self._call(self.inference.ListPeople, request)).people

    async def export(self, snapshot_id: str) -> ObjectRef:
        """Export a snapshot as one table, for training in the house; return the export."""
        request = snapshot_pb.ExportSnapshotRequest(
            snapshot_id=snapshot_id, format=snapshot_pb.EXPORT_FORMAT_PARQUET, purpose=PURPOSE_OWN_TRAINING
        )
        export = ObjectRef()
        call = self.snapshots.ExportSnapshot(
            request, timeout=_ANSWER_WITHIN_SECONDS, metadata=(("framewell-actor", REVIEWER),)
        )
        async for step in call:
            export.CopyFrom(step.export)
        return export

    async def snapshots_in_force(self, dataset_id: str) -> list[SnapshotPublished]:
        """Return the snapshots of a dataset that may still be used."""
        request = snapshot_pb.ListSnapshotsRequest(dataset_id=dataset_id)
        listed = (await self._call(self.snapshots.ListSnapshots, request)).snapshots
        return [one.published for one in listed if not one.HasField("withdrawn")]

    async def owed(self) -> Mapping[str, str]:
        """Return what each holder is owed by now, e.g. `4.00 EUR`."""
        listed = await self._call(self.rights.ListLedger, rights_pb.ListLedgerRequest())
        return {one.holder: f"{one.amount} {one.currency}" for one in listed.balances}

    async def _call(self, call: Callable[..., Awaitable[Answer]], request: object) -> Answer:
        async with time_limit(_ANSWER_WITHIN_SECONDS, "the services to answer staff"):
            while True:
                try:
                    return await call(
                        request, timeout=_CALL_SECONDS, metadata=(("framewell-actor", REVIEWER),)
                    )
                except grpc.aio.AioRpcError as error:
                    if error.code() not in {
                        grpc.StatusCode.UNAVAILABLE,
                        grpc.StatusCode.DEADLINE_EXCEEDED,
                        grpc.StatusCode.CANCELLED,
                    }:
                        raise
                    await asyncio.sleep(0.5)
