"""What a member of staff does in the demo: looks at samples, accepts them, over the services' own gRPC."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import grpc

from framewell.dataset.v1 import dataset_service_pb2 as pb
from framewell.dataset.v1.dataset_service_pb2_grpc import DatasetServiceStub
from framewell.inference.v1 import inference_service_pb2 as inference_pb
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell.sample.v1.sample_pb2 import DECISION_ACCEPT, SAMPLE_STATE_PROPOSED
from framewell_demo.facts import time_limit

if TYPE_CHECKING:  # the generated stubs' asynchronous face exists for the type checker only
    from framewell.dataset.v1.dataset_service_pb2_grpc import DatasetServiceAsyncStub
    from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceAsyncStub

Answer = TypeVar("Answer")

REVIEWER: Final = "demo-editor"
RULE: Final = "lower_third_face"
_CALL_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 60.0
"""How long a call is repeated while its service is away, for instance because it is being restarted."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Calls to the dataset and inference services, repeated while a service is restarting."""

    datasets: DatasetServiceAsyncStub
    inference: InferenceServiceAsyncStub

    @staticmethod
    @contextlib.asynccontextmanager
    async def of(endpoints: Mapping[str, str]) -> AsyncIterator[Reviewer]:
        """Staff of the mesh with these endpoints."""
        options = [("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", 2000)]
        async with (
            grpc.aio.insecure_channel(endpoints["grpc.dataset"], options=options) as dataset,
            grpc.aio.insecure_channel(endpoints["grpc.inference"], options=options) as inference,
        ):
            yield Reviewer(DatasetServiceStub(dataset), InferenceServiceStub(inference))

    async def dataset_of_people(self) -> str:
        """Id of the dataset that learns faces from lower thirds; it is made where there is none."""
        listed = await self._patiently(self.datasets.ListDatasets, pb.ListDatasetsRequest())
        for dataset in listed.datasets:
            if RULE in dataset.rules and dataset.recipe == "identity":
                return str(dataset.dataset_id)
        wanted = pb.Dataset(
            dataset_id="people",
            title="People in our programmes",
            rules=[RULE],
            recipe="identity",
            purpose=PURPOSE_OWN_TRAINING,
        )
        made = await self._patiently(self.datasets.CreateDataset, pb.CreateDatasetRequest(dataset=wanted))
        return str(made.dataset.dataset_id)

    async def samples(self, asset_id: str) -> Sequence[pb.Sample]:
        """All samples taken from an asset."""
        request = pb.ListSamplesRequest(asset_id=asset_id)
        return (await self._patiently(self.datasets.ListSamples, request)).samples

    async def accept(self, asset_id: str) -> Sequence[pb.Sample]:
        """Accept what is proposed from an asset with a class; questions are left to people.

        Returns the accepted samples. A decision that was taken by an earlier, broken call counts.
        """
        proposed = [
            sample
            for sample in await self.samples(asset_id)
            if sample.state == SAMPLE_STATE_PROPOSED and sample.class_id and not sample.question
        ]
        request = pb.ReviewSamplesRequest(
            reviews=[
                pb.Review(sample_id=sample.sample_id, decision=DECISION_ACCEPT, note="seen in the demo")
                for sample in proposed
            ]
        )
        answer = await self._patiently(self.datasets.ReviewSamples, request)
        return [result.sample for result in answer.results if not result.error]

    async def classes(self, dataset_id: str) -> Mapping[str, pb.DatasetClass]:
        """Classes of the dataset by id, with the names that no fact carries."""
        request = pb.ListClassesRequest(dataset_id=dataset_id)
        listed = await self._patiently(self.datasets.ListClasses, request)
        return {one.class_id: one for one in listed.classes}

    async def people(self, asset_id: str) -> Sequence[inference_pb.Person]:
        """Who was seen in an asset, with distances, by the identity model in force."""
        request = inference_pb.ListPeopleRequest(asset_id=asset_id)
        return (await self._patiently(self.inference.ListPeople, request)).people

    async def _patiently(self, call: Callable[..., Awaitable[Answer]], request: object) -> Answer:
        async with time_limit(_PATIENCE_SECONDS, "the services to answer staff"):
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
