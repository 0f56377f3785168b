"""The broker and the processes of the mesh, as operators look into them and mend them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

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
from framewell.mesh.v1.operations_service_pb2 import Breaker, SetTelemetryRequest
from framewell_gateway.domain.broker_state import BrokerState, ServiceReplies


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
