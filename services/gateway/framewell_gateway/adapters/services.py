"""The services of the mesh, asked over gRPC on behalf of whoever calls the gateway."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import grpc
from grpc.aio import UnaryUnaryMultiCallable

from framewell.dataset.v1 import dataset_service_pb2 as dataset
from framewell.dataset.v1.dataset_service_pb2_grpc import DatasetServiceStub
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell.media.v1 import media_service_pb2 as media
from framewell.media.v1.media_service_pb2_grpc import MediaServiceStub
from framewell.training.v1 import training_service_pb2 as training
from framewell.training.v1.training_service_pb2_grpc import TrainingServiceStub
from framewell_gateway.domain.principals import acting
from framewell_gateway.ports import Away, Services
from framewell_kit.outcomes import Conflict, Forbidden, NotFound, Outcome, Rejected

Q = TypeVar("Q")
A = TypeVar("A")

DEADLINE_SECONDS = 10.0
# Rights of every sample are asked again, and training may have to load torch first.
SLOW_DEADLINE_SECONDS = 60.0

_REFUSALS: dict[grpc.StatusCode, type[Outcome]] = {
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.INVALID_ARGUMENT: Rejected,
    grpc.StatusCode.OUT_OF_RANGE: Rejected,
    grpc.StatusCode.FAILED_PRECONDITION: Conflict,
    grpc.StatusCode.ALREADY_EXISTS: Conflict,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.PERMISSION_DENIED: Forbidden,
    grpc.StatusCode.UNAUTHENTICATED: Forbidden,
}

_REACHED = {
    grpc.StatusCode.UNAVAILABLE: "nothing answers at its address",
    grpc.StatusCode.DEADLINE_EXCEEDED: "it did not answer in time",
}


class _Remote:
    """What all have in common: the caller travels along, and errors come back in the mesh's words."""

    service: str

    async def _ask(
        self, method: UnaryUnaryMultiCallable[Q, A], request: Q, seconds: float = DEADLINE_SECONDS
    ) -> A:
        try:
            return await method(request, timeout=seconds, metadata=caller_metadata())
        except grpc.aio.AioRpcError as error:
            raise refusal(self.service, error) from error


def refusal(service: str, error: grpc.aio.AioRpcError) -> Exception:
    """The error of a call in the mesh's words."""
    detail = error.details() or error.code().name.lower()
    kind = _REFUSALS.get(error.code())
    if kind is not None:
        return kind(detail)
    if error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return Away(service, "it does not offer this yet")
    return Away(service, _REACHED.get(error.code(), detail) if _is_of_grpc(detail) else detail)


def _is_of_grpc(detail: str) -> bool:
    """True for what gRPC says itself, in its own words, when no service had a say."""
    return detail.startswith(("failed to connect", "Deadline Exceeded", "Socket closed", "Connection reset"))


def caller_metadata() -> tuple[tuple[str, str], ...]:
    """Whoever asks the gateway, as the services are told."""
    principal = acting.get()
    if principal.token:
        return (("authorization", f"Bearer {principal.token}"),)
    return (("framewell-actor", principal.name),)


class RemoteIngest(_Remote):
    """Ingest over gRPC."""

    service = "ingest"

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = IngestServiceStub(channel)

    async def submit(self, request: ingest.SubmitRequest) -> ingest.SubmitResponse:
        return await self._ask(self._stub.Submit, request)

    async def get_asset(self, request: ingest.GetAssetRequest) -> ingest.GetAssetResponse:
        return await self._ask(self._stub.GetAsset, request)

    async def list_assets(self, request: ingest.ListAssetsRequest) -> ingest.ListAssetsResponse:
        return await self._ask(self._stub.ListAssets, request)

    async def remove_asset(self, request: ingest.RemoveAssetRequest) -> ingest.RemoveAssetResponse:
        return await self._ask(self._stub.RemoveAsset, request)

    async def reprocess(self, request: ingest.ReprocessRequest) -> ingest.ReprocessResponse:
        return await self._ask(self._stub.Reprocess, request)

    async def upload(self, parts: AsyncIterator[ingest.UploadRequest]) -> ingest.UploadResponse:
        """No deadline: an upload takes as long as the file is large."""
        try:
            return await self._stub.Upload(parts, metadata=caller_metadata())
        except grpc.aio.AioRpcError as error:
            raise refusal(self.service, error) from error


class RemoteMedia(_Remote):
    """Media over gRPC."""

    service = "transcode"

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = MediaServiceStub(channel)

    async def get_timeline(self, request: media.GetTimelineRequest) -> media.GetTimelineResponse:
        return await self._ask(self._stub.GetTimeline, request)

    async def list_shots(self, request: media.ListShotsRequest) -> media.ListShotsResponse:
        return await self._ask(self._stub.ListShots, request)

    async def get_playlist(self, request: media.GetPlaylistRequest) -> media.GetPlaylistResponse:
        return await self._ask(self._stub.GetPlaylist, request)

    async def get_frame(self, request: media.GetFrameRequest) -> media.GetFrameResponse:
        return await self._ask(self._stub.GetFrame, request)


class RemoteInference(_Remote):
    """Inference over gRPC."""

    service = "inference"

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = InferenceServiceStub(channel)

    async def list_people(self, request: inference.ListPeopleRequest) -> inference.ListPeopleResponse:
        return await self._ask(self._stub.ListPeople, request)

    async def list_observations(
        self, request: inference.ListObservationsRequest
    ) -> inference.ListObservationsResponse:
        return await self._ask(self._stub.ListObservations, request)

    async def list_models(self, request: inference.ListModelsRequest) -> inference.ListModelsResponse:
        return await self._ask(self._stub.ListModels, request)


class RemoteDataset(_Remote):
    """Dataset over gRPC."""

    service = "dataset"

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = DatasetServiceStub(channel)

    async def list_datasets(self, request: dataset.ListDatasetsRequest) -> dataset.ListDatasetsResponse:
        return await self._ask(self._stub.ListDatasets, request)

    async def list_classes(self, request: dataset.ListClassesRequest) -> dataset.ListClassesResponse:
        return await self._ask(self._stub.ListClasses, request)

    async def list_samples(self, request: dataset.ListSamplesRequest) -> dataset.ListSamplesResponse:
        return await self._ask(self._stub.ListSamples, request)

    async def review_samples(self, request: dataset.ReviewSamplesRequest) -> dataset.ReviewSamplesResponse:
        return await self._ask(self._stub.ReviewSamples, request, SLOW_DEADLINE_SECONDS)

    async def undo_review(self, request: dataset.UndoReviewRequest) -> dataset.UndoReviewResponse:
        return await self._ask(self._stub.UndoReview, request, SLOW_DEADLINE_SECONDS)

    async def list_snapshots(self, request: dataset.ListSnapshotsRequest) -> dataset.ListSnapshotsResponse:
        return await self._ask(self._stub.ListSnapshots, request)

    async def publish_snapshot(
        self, request: dataset.PublishSnapshotRequest
    ) -> dataset.PublishSnapshotResponse:
        return await self._ask(self._stub.PublishSnapshot, request, SLOW_DEADLINE_SECONDS)

    async def get_rights(self, request: dataset.GetRightsRequest) -> dataset.GetRightsResponse:
        return await self._ask(self._stub.GetRights, request)

    async def preview_rights_change(
        self, request: dataset.PreviewRightsChangeRequest
    ) -> dataset.PreviewRightsChangeResponse:
        return await self._ask(self._stub.PreviewRightsChange, request, SLOW_DEADLINE_SECONDS)


class RemoteTraining(_Remote):
    """Training over gRPC."""

    service = "training"

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = TrainingServiceStub(channel)

    async def start_training(self, request: training.StartTrainingRequest) -> training.StartTrainingResponse:
        return await self._ask(self._stub.StartTraining, request, SLOW_DEADLINE_SECONDS)

    async def list_runs(self, request: training.ListRunsRequest) -> training.ListRunsResponse:
        return await self._ask(self._stub.ListRuns, request)

    async def list_candidates(
        self, request: training.ListCandidatesRequest
    ) -> training.ListCandidatesResponse:
        return await self._ask(self._stub.ListCandidates, request)

    async def promote(self, request: training.PromoteRequest) -> training.PromoteResponse:
        return await self._ask(self._stub.Promote, request, SLOW_DEADLINE_SECONDS)

    async def rollback(self, request: training.RollbackRequest) -> training.RollbackResponse:
        return await self._ask(self._stub.Rollback, request, SLOW_DEADLINE_SECONDS)


def remote_services(channel: Callable[[str], grpc.aio.Channel]) -> Services:
    """All services; `channel` makes the channel to a service by its name."""
    return Services(
        ingest=RemoteIngest(channel("ingest")),
        media=RemoteMedia(channel("transcode")),
        inference=RemoteInference(channel("inference")),
        dataset=RemoteDataset(channel("dataset")),
        training=RemoteTraining(channel("training")),
    )
