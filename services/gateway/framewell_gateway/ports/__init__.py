"""What the gateway needs from outside: its repositories, the broker, and the services it asks.

A service answers with its own messages. A call raises `Away` when the service cannot be reached or does
not answer in time, and the outcomes of `framewell_kit.outcomes` (`NotFound`, `Gone`, `Conflict`, `Rejected`,
`Forbidden`) when it refuses.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasurePlanned, ErasureRequested
from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary, ChunkCounts
from framewell.gateway.v1.erasures_pb2 import Erasure
from framewell.gateway.v1.explanation_pb2 import Backlog
from framewell.gateway.v1.mesh_view_pb2 import (
    DeadLetterCount,
    DiscardDeadLettersRequest,
    DiscardDeadLettersResponse,
    ListDeadLettersRequest,
    ListDeadLettersResponse,
    ProcessTelemetry,
    ReplayDeadLettersRequest,
    ReplayDeadLettersResponse,
)
from framewell.inference.v1.inference_service_pb2 import (
    TryModelRequest,
    TryModelResponse,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell.ingest.v1.ingest_service_pb2 import (
    AppendUploadRequest,
    AppendUploadResponse,
    UploadRequest,
    UploadResponse,
)
from framewell.mesh.v1.operations_service_pb2 import Breaker, SetTelemetryRequest
from framewell_contracts.sentences import say
from framewell_gateway.domain.asset_lists import AssetFilter, AssetOrder, StateCounts
from framewell_gateway.domain.broker_state import BrokerState, ServiceReplies
from framewell_gateway.domain.events import Cursor, EventFilter, RecordedEvent
from framewell_gateway.domain.progress import Progress, Step
from framewell_gateway.domain.summaries import ListedAsset, SummaryChange
from framewell_kit.paging import Page, PageRequest

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)


class Away(Exception):
    """A service of the mesh cannot be reached, or did not answer in time; `reason` says which and why."""

    def __init__(self, service: str, detail: str) -> None:
        self.reason = say(
            "service_away", "{service} cannot be asked right now: {why}", service=service, why=detail
        )
        super().__init__(str(self.reason))
        self.service, self.detail = service, detail


@dataclass(frozen=True, slots=True)
class Method(Generic[Q, A]):
    """A unary gRPC method: `service` is the service of the mesh that offers it, `name` that of the method.

    `slow` methods may take a minute: rights of every sample are asked again, or torch is loaded first.
    """

    service: str
    name: str
    request: type[Q]
    response: type[A]
    slow: bool = False

    @property
    def full_name(self) -> str:
        """Return `<package>.<gRPC service>.<method>`. Raises LookupError when the .proto declares no such."""
        for service in self.request.DESCRIPTOR.file.services_by_name.values():
            if self.name in service.methods_by_name:
                return f"{service.full_name}.{self.name}"
        raise LookupError(f"{self.request.DESCRIPTOR.file.name} declares no method {self.name}")


class Services(Protocol):
    """The services of the mesh, asked on behalf of whoever calls the gateway."""

    async def call(self, method: Method[Q, A], request: Q) -> A:
        """Return the answer of a method."""
        ...

    def stream(self, method: Method[Q, A], request: Q) -> AsyncIterator[A]:
        """Yield the answers of a method that has many; without a deadline: it takes as long as it does."""
        ...

    async def upload(self, parts: AsyncIterator[UploadRequest]) -> UploadResponse:
        """Send a file to ingest; without a deadline, for it takes as long as the file is large."""
        ...

    async def upload_model(self, parts: AsyncIterator[UploadModelRequest]) -> UploadModelResponse:
        """Send a model folder to inference; without a deadline as well."""
        ...

    async def try_model(self, parts: AsyncIterator[TryModelRequest]) -> TryModelResponse:
        """Send a model folder, and perhaps a picture, to be tried out; without a deadline as well."""
        ...

    async def append_upload(self, parts: AsyncIterator[AppendUploadRequest]) -> AppendUploadResponse:
        """Send bytes of a resumable upload to ingest; without a deadline as well."""
        ...


class EventRepository(Protocol):
    """Every event that concerns an asset, a dataset or a model; each is kept once and never changed."""

    async def record(self, event: RecordedEvent) -> bool:
        """Keep the event; False when it was there already (nothing changes then)."""
        ...

    async def page(self, asset_id: str, types: Sequence[str], page: PageRequest) -> Page[RecordedEvent]:
        """Return a page of the events of an asset and of the samples taken from it, in order of arrival.

        Only events of these types, unless there are none. Raises Rejected for a token of another making.
        """
        ...

    async def since(self, asset_id: str, cursor: Cursor | None) -> Sequence[RecordedEvent]:
        """Return those of them that may have become visible after the event at `cursor`; all without one.

        Some that arrived shortly before it are among them; the caller drops what it has seen.
        """
        ...

    async def first(self, asset_id: str) -> RecordedEvent | None:
        """Return the one of them that arrived first, None when there is none."""
        ...

    async def last(self, asset_id: str) -> RecordedEvent | None:
        """Return the one of them that arrived last, None when there is none."""
        ...

    async def get(self, key: str) -> RecordedEvent | None:
        """Return one event by its key, None when it is not known."""
        ...

    def following(self, asset_id: str) -> AbstractContextManager[asyncio.Event]:
        """Set the event, inside the context, whenever this process has recorded an event of the asset."""
        ...

    async def of_mesh(
        self,
        wanted: EventFilter,
        page: PageRequest,
        *,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page[RecordedEvent]:
        """Return a page of all events that are meant, in order of arrival or the newest first.

        `after`: only those that arrived after the event at this place. Raises Rejected for a token of another
        making, or of a list in the other order.
        """
        ...

    async def newest(self) -> RecordedEvent | None:
        """Return the event that arrived last, None when there is none."""
        ...

    async def count(self, event_type: str, since: int) -> int:
        """Return how many events of a CloudEvents type arrived at `since` or later."""
        ...

    async def by_others(self, since: int, most: int) -> Sequence[RecordedEvent]:
        """Return events that other processes recorded, arrived at `since` or later, at most so many."""
        ...

    def hearing(self, hear: Callable[[RecordedEvent], None]) -> AbstractContextManager[None]:
        """Call `hear`, inside the context, with each event that this process records, when it is stored."""
        ...

    async def samples_of(self, *, asset_id: str = "", class_id: str = "") -> Sequence[str]:
        """Return the ids of the samples that events of an asset, or of a class, are about."""
        ...

    async def forget(
        self,
        *,
        asset_id: str = "",
        sample_id: str = "",
        class_id: str = "",
        holder: str = "",
        key: str = "",
    ) -> int:
        """Erase all events of one of these and return how many there were; a holder is named by its hash."""
        ...


class ProgressRepository(Protocol):
    """Where every asset stands, kept up to date fact by fact at a cost that does not grow with the asset."""

    async def add(self, step: Step) -> None:
        """Keep what a fact says; the same again changes nothing."""
        ...

    async def of_assets(self, asset_ids: Sequence[str]) -> Mapping[str, Progress]:
        """Return where those of these assets stand of which a fact was kept."""
        ...

    async def forget(self, asset_id: str) -> int:
        """Erase what is kept of an asset and return how many parts there were."""
        ...


class SummaryRepository(Protocol):
    """The list of all assets, kept up to date fact by fact at a cost that does not grow with the asset."""

    async def add(self, change: SummaryChange) -> None:
        """Keep what a fact says unless more is known; the same again changes nothing."""
        ...

    def reached(self, asset_id: str) -> "AssetState.ValueType":
        """Return the latest state that this process has added of late; unspecified when there is none."""
        ...

    async def settle(self, asset_id: str, generation: int, chunks: ChunkCounts) -> None:
        """Keep the final counts of the chunks of a generation."""
        ...

    async def get(self, asset_id: str) -> AssetSummary | None:
        """Return what is known of an asset, None when nothing is."""
        ...

    async def page(self, wanted: AssetFilter, order: AssetOrder, page: PageRequest) -> Page[ListedAsset]:
        """Return a page of assets. Raises Rejected for a token of another making."""
        ...

    async def count_states(self) -> StateCounts:
        """Return how many assets are in each state."""
        ...

    async def forget(self, asset_id: str) -> None:
        """Keep nothing of an asset but when it was asked for, and that it was removed."""
        ...


class ErasureRepository(Protocol):
    """Erasures and who has answered, kept up to date fact by fact; no name is kept."""

    async def begin(self, fact: ErasureRequested, at: datetime) -> bool:
        """Keep that an erasure was asked for; False, changing nothing, when its id is of another subject."""
        ...

    async def plan(self, fact: ErasurePlanned, at: datetime) -> None:
        """Keep how many things a part of the plan names."""
        ...

    async def answer(self, fact: ErasureCompleted, at: datetime) -> None:
        """Keep the answer of a service."""
        ...

    async def get(self, erasure_id: str) -> Erasure | None:
        """Return one erasure, None when it is not known."""
        ...

    async def page(self, page: PageRequest) -> Page[Erasure]:
        """Return a page of erasures, newest first. Raises Rejected for a token of another making."""
        ...


class BrokerSearch(Protocol):
    """The broker, looked into without disturbing anybody."""

    async def search(self, asset_id: str, since: datetime | None) -> BrokerState:
        """Return what lies there of the asset and is not handled; its dead letters from `since` on.

        Bounded in time and records: the answer says what was left out. Raises Away (`the broker`).
        """
        ...

    async def backlogs(self) -> Sequence[Backlog]:
        """Return what every group is behind, per topic, where it is. Raises Away (`the broker`)."""
        ...


class DeadLetters(Protocol):
    """What the mesh gave up. Every method raises Away (`the broker`)."""

    async def counts(self) -> Sequence[DeadLetterCount]:
        """Return how many wait of the last 30 days, by group, code and type; at most some seconds old."""
        ...

    async def page(self, request: ListDeadLettersRequest) -> ListDeadLettersResponse:
        """Return a page of them, the newest first. Raises Rejected for a token of another making."""
        ...

    async def replay(self, request: ReplayDeadLettersRequest, by: str) -> ReplayDeadLettersResponse:
        """Send dead letters to the topics they came from, as they were, in the name of `by`."""
        ...

    async def discard(self, request: DiscardDeadLettersRequest, by: str) -> DiscardDeadLettersResponse:
        """Note of dead letters that they need no replay."""
        ...


class Operations(Protocol):
    """The operations service of every service of the mesh."""

    async def describe(self, service: str, asset_id: str) -> ServiceReplies:
        """Return what a service holds of the asset and waits for; never raises: who is away says so."""
        ...

    async def resume(self, group: str) -> Breaker:
        """Let a consumer group go on at once whose breaker is open. Raises Away, and NotFound for no such."""
        ...

    async def telemetry(
        self, service: str, change: SetTelemetryRequest | None = None
    ) -> Sequence[ProcessTelemetry]:
        """Return how much each process of a service logs and traces, after it changed that, if asked to.

        Who is away says so. Raises Rejected for a change that they refuse.
        """
        ...


class Announcer(Protocol):
    """Publishes facts of the gateway's own."""

    async def announce(self, message: Message, event_id: str = "") -> str:
        """Publish the fact and return its event id once it can no longer be lost.

        Under an id that was announced before nothing is published; without one the fact is a new event.
        """
        ...
