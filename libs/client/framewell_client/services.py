"""The gRPC services of a mesh, for programs that want streams or the whole of the contracts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import grpc

from framewell.dataset.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from framewell.dataset.v1.review_service_pb2_grpc import ReviewServiceStub
from framewell.dataset.v1.rights_service_pb2_grpc import RightsServiceStub
from framewell.dataset.v1.snapshot_service_pb2_grpc import SnapshotServiceStub
from framewell.inference.v1.cluster_service_pb2_grpc import ClusterServiceStub
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell.media.v1.media_service_pb2_grpc import MediaServiceStub
from framewell.training.v1.training_service_pb2_grpc import TrainingServiceStub
from framewell_client.channels import CHANNEL_OPTIONS, async_gateway_channel
from framewell_client.credentials import Credentials
from framewell_client.endpoints import Endpoints

if TYPE_CHECKING:  # known to the stubs alone
    from framewell.dataset.v1.catalogue_service_pb2_grpc import CatalogueServiceAsyncStub
    from framewell.dataset.v1.review_service_pb2_grpc import ReviewServiceAsyncStub
    from framewell.dataset.v1.rights_service_pb2_grpc import RightsServiceAsyncStub
    from framewell.dataset.v1.snapshot_service_pb2_grpc import SnapshotServiceAsyncStub
    from framewell.inference.v1.cluster_service_pb2_grpc import ClusterServiceAsyncStub
    from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceAsyncStub
    from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceAsyncStub
    from framewell.media.v1.media_service_pb2_grpc import MediaServiceAsyncStub
    from framewell.training.v1.training_service_pb2_grpc import TrainingServiceAsyncStub


_SERVICES: Final = ("ingest", "transcode", "inference", "dataset", "training")


@dataclass(frozen=True, slots=True)
class Services:
    """Stubs of all services; connections are opened by the first call."""

    ingest: "IngestServiceAsyncStub"
    media: "MediaServiceAsyncStub"
    inference: "InferenceServiceAsyncStub"
    clusters: "ClusterServiceAsyncStub"
    catalogue: "CatalogueServiceAsyncStub"
    review: "ReviewServiceAsyncStub"
    snapshots: "SnapshotServiceAsyncStub"
    rights: "RightsServiceAsyncStub"
    training: "TrainingServiceAsyncStub"


@asynccontextmanager
async def connect(
    endpoints: Endpoints | None = None, credentials: Credentials | None = None
) -> AsyncIterator[Services]:
    """Open the services of a mesh until the context ends. Raise Unreachable when an address is not known.

    They are asked through the gateway where FRAMEWELL_REST names one, or a token says who calls; else each
    at its own port, as a mesh without users lets everybody on its machine do. Without `credentials` those of
    the environment are taken.
    """
    known, calling = endpoints or Endpoints.find(), credentials or Credentials.from_environment()
    async with AsyncExitStack() as stack:
        if known.rest and (calling.token or not known.grpc):
            through = await stack.enter_async_context(async_gateway_channel(known.rest, calling))
            channels = dict.fromkeys(_SERVICES, through)
        else:
            channels = {}
            for service in _SERVICES:
                channel = grpc.aio.insecure_channel(known.target(service), options=CHANNEL_OPTIONS)
                channels[service] = await stack.enter_async_context(channel)
        yield Services(
            ingest=IngestServiceStub(channels["ingest"]),
            media=MediaServiceStub(channels["transcode"]),
            inference=InferenceServiceStub(channels["inference"]),
            clusters=ClusterServiceStub(channels["inference"]),
            catalogue=CatalogueServiceStub(channels["dataset"]),
            review=ReviewServiceStub(channels["dataset"]),
            snapshots=SnapshotServiceStub(channels["dataset"]),
            rights=RightsServiceStub(channels["dataset"]),
            training=TrainingServiceStub(channels["training"]),
        )
