"""GET /v1/mesh: six services, what each is behind, what was given up, and what stopped itself."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from framewell.gateway.v1.explanation_pb2 import Backlog
from framewell.gateway.v1.mesh_view_pb2 import (
    DeadLetterCount,
    GetMeshRequest,
    ListTelemetryRequest,
    ListTelemetryResponse,
    MeshView,
    ReplicaView,
    ServiceView,
)
from framewell_contracts.sentences import wording_of
from framewell_contracts.services import SERVICES
from framewell_gateway.domain.broker_state import Replica, ServiceReplies
from framewell_gateway.domain.missing_parts import leave_out
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.ports import Away, BrokerSearch, DeadLetters, Operations
from framewell_kit.clock import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShowMesh:
    """The mesh as its operators see it. Nothing is raised: who does not answer says so, in its place."""

    operations: Operations
    broker: BrokerSearch
    dead_letters: DeadLetters
    clock: Clock

    async def __call__(self, _: GetMeshRequest) -> MeshView:
        view = MeshView(as_of=timestamp(self.clock.now()))
        lag: Sequence[Backlog]
        counts: Sequence[DeadLetterCount]
        replies, lag, counts = await asyncio.gather(
            asyncio.gather(*(self.operations.describe(name, "") for name in SERVICES)),
            self._of_broker(view, "lag", self.broker.backlogs()),
            self._of_broker(view, "dead_letters", self.dead_letters.counts()),
        )
        view.services.extend(_service(one, lag, counts) for one in replies)
        return view

    async def _of_broker(self, view: MeshView, field: str, asked: Awaitable[Sequence[T]]) -> Sequence[T]:
        try:
            return await asked
        except Away as away:
            leave_out(view, [field], away)
            return []


@dataclass(frozen=True, slots=True)
class ListTelemetry:
    """How much every process logs and traces; who does not answer says so."""

    operations: Operations

    async def __call__(self, _: ListTelemetryRequest) -> ListTelemetryResponse:
        found = await asyncio.gather(*(self.operations.telemetry(name) for name in SERVICES))
        return ListTelemetryResponse(processes=[one for of_service in found for one in of_service])


def _service(
    replies: ServiceReplies, lag: Sequence[Backlog], counts: Sequence[DeadLetterCount]
) -> ServiceView:
    of_service = f"{replies.service}."
    return ServiceView(
        service=replies.service,
        ready=replies.ready,
        away=replies.away,
        away_wording=wording_of(replies.away),
        replicas=map(_replica, replies.replicas),
        breakers=replies.breakers,
        lag=[one for one in lag if one.group.startswith(of_service)],
        dead_letters=[one for one in counts if one.group.startswith(of_service)],
    )


def _replica(one: Replica) -> ReplicaView:
    return ReplicaView(
        address=one.address,
        process=one.reply.process,
        version=one.reply.version,
        ready=one.reply.ready,
        away=one.away,
        away_wording=wording_of(one.away),
        waiting=one.reply.waiting,
        notes=one.reply.notes,
        paused=one.reply.paused,
    )
