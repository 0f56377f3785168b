"""What the gateway needs from outside: its log of events, and the services it asks.

A service answers with its own messages. Every call raises `Away` when the service cannot be reached or
does not answer in time, and the outcomes of `framewell_kit.outcomes` (`NotFound`, `Conflict`,
`Rejected`, `Forbidden`) when it refuses.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from google.protobuf.message import Message

from framewell.dataset.v1 import dataset_service_pb2 as dataset
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.media.v1 import media_service_pb2 as media
from framewell.training.v1 import training_service_pb2 as training
from framewell_gateway.domain.events import Cursor, RecordedEvent
from framewell_gateway.domain.whereabouts import ServiceWork, Whereabouts


class Away(Exception):
    """A service of the mesh cannot be reached, or did not answer in time."""

    def __init__(self, service: str, detail: str) -> None:
        super().__init__(f"{service} cannot be asked right now: {detail}")
        self.service, self.detail = service, detail


class EventLog(Protocol):
    """Every event that concerns an asset, a dataset or a model; insert-only."""

    async def record(self, event: RecordedEvent) -> bool:
        """Keep the event; False when it was there already (nothing changes then)."""

    async def of_asset(self, asset_id: str, *, after: Cursor | None = None) -> Sequence[RecordedEvent]:
        """Events of an asset and of the samples taken from it, in the order they were recorded."""

    async def of_assets(self, asset_ids: Sequence[str]) -> Mapping[str, Sequence[RecordedEvent]]:
        """Events that tell where each of these assets stands; every id has an entry."""

    async def get(self, key: str) -> RecordedEvent | None:
        """One event, None when it is not known."""

    async def forget(self, asset_id: str) -> int:
        """Erase all events of an asset; how many there were."""


class Topics(Protocol):
    """The broker, looked into without disturbing anybody."""

    async def search(self, asset_id: str, since: datetime | None) -> Whereabouts:
        """What lies there of the asset and is not handled; its dead letters from `since` on.

        Bounded in time and records: what was left out is said in the answer. Raises Away (`the broker`).
        """


class Operations(Protocol):
    """The operations service of every service of the mesh."""

    async def describe(self, service: str, asset_id: str) -> ServiceWork:
        """What a service holds of the asset and waits for; never raises: a service that is away says so."""


class Announcer(Protocol):
    """Says facts of the gateway's own to the mesh."""

    async def announce(self, message: Message) -> str:
        """Publish the fact; returns its event id once it can no longer be lost."""


class Ingest(Protocol):
    """The ingest service."""

    async def submit(self, request: ingest.SubmitRequest) -> ingest.SubmitResponse: ...
    async def upload(self, parts: AsyncIterator[ingest.UploadRequest]) -> ingest.UploadResponse: ...
    async def get_asset(self, request: ingest.GetAssetRequest) -> ingest.GetAssetResponse: ...
    async def list_assets(self, request: ingest.ListAssetsRequest) -> ingest.ListAssetsResponse: ...
    async def remove_asset(self, request: ingest.RemoveAssetRequest) -> ingest.RemoveAssetResponse: ...
    async def reprocess(self, request: ingest.ReprocessRequest) -> ingest.ReprocessResponse: ...


class Media(Protocol):
    """What transcode made."""

    async def get_timeline(self, request: media.GetTimelineRequest) -> media.GetTimelineResponse: ...
    async def list_shots(self, request: media.ListShotsRequest) -> media.ListShotsResponse: ...
    async def get_playlist(self, request: media.GetPlaylistRequest) -> media.GetPlaylistResponse: ...
    async def get_frame(self, request: media.GetFrameRequest) -> media.GetFrameResponse: ...


class Inference(Protocol):
    """What models saw."""

    async def list_people(self, request: inference.ListPeopleRequest) -> inference.ListPeopleResponse: ...
    async def list_observations(
        self, request: inference.ListObservationsRequest
    ) -> inference.ListObservationsResponse: ...
    async def list_models(self, request: inference.ListModelsRequest) -> inference.ListModelsResponse: ...


class Dataset(Protocol):
    """Samples, rights, snapshots."""

    async def list_datasets(self, request: dataset.ListDatasetsRequest) -> dataset.ListDatasetsResponse: ...
    async def list_classes(self, request: dataset.ListClassesRequest) -> dataset.ListClassesResponse: ...
    async def list_samples(self, request: dataset.ListSamplesRequest) -> dataset.ListSamplesResponse: ...
    async def review_samples(
        self, request: dataset.ReviewSamplesRequest
    ) -> dataset.ReviewSamplesResponse: ...
    async def undo_review(self, request: dataset.UndoReviewRequest) -> dataset.UndoReviewResponse: ...
    async def list_snapshots(
        self, request: dataset.ListSnapshotsRequest
    ) -> dataset.ListSnapshotsResponse: ...
    async def publish_snapshot(
        self, request: dataset.PublishSnapshotRequest
    ) -> dataset.PublishSnapshotResponse: ...
    async def get_rights(self, request: dataset.GetRightsRequest) -> dataset.GetRightsResponse: ...
    async def preview_rights_change(
        self, request: dataset.PreviewRightsChangeRequest
    ) -> dataset.PreviewRightsChangeResponse: ...


class Training(Protocol):
    """Runs and candidates."""

    async def start_training(
        self, request: training.StartTrainingRequest
    ) -> training.StartTrainingResponse: ...
    async def list_runs(self, request: training.ListRunsRequest) -> training.ListRunsResponse: ...
    async def list_candidates(
        self, request: training.ListCandidatesRequest
    ) -> training.ListCandidatesResponse: ...
    async def promote(self, request: training.PromoteRequest) -> training.PromoteResponse: ...
    async def rollback(self, request: training.RollbackRequest) -> training.RollbackResponse: ...


@dataclass(frozen=True, slots=True)
class Services:
    """All services the gateway asks."""

    ingest: Ingest
    media: Media
    inference: Inference
    dataset: Dataset
    training: Training
