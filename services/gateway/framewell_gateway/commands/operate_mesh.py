"""What operators do with the mesh while it runs, in their own names."""

import asyncio
from dataclasses import dataclass

from framewell.gateway.v1.mesh_view_pb2 import (
    ChangeTelemetryRequest,
    DiscardDeadLettersRequest,
    DiscardDeadLettersResponse,
    ListTelemetryResponse,
    ReplayDeadLettersRequest,
    ReplayDeadLettersResponse,
    ResumeStageRequest,
    ResumeStageResponse,
)
from framewell.mesh.v1.operations_service_pb2 import SetTelemetryRequest
from framewell_contracts.sentences import say
from framewell_contracts.services import SERVICES
from framewell_gateway.domain.principals import Principal
from framewell_gateway.ports import DeadLetters, Operations
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class ReplayDeadLetters:
    """Send dead letters again; an event has its effect once in each group. Raises NotFound, Away."""

    dead_letters: DeadLetters
    caller: Principal

    async def __call__(self, request: ReplayDeadLettersRequest) -> ReplayDeadLettersResponse:
        return await self.dead_letters.replay(request, self.caller.name)


@dataclass(frozen=True, slots=True)
class DiscardDeadLetters:
    """Note of dead letters that they need no replay; they stay where they are. Raises NotFound, Away."""

    dead_letters: DeadLetters
    caller: Principal

    async def __call__(self, request: DiscardDeadLettersRequest) -> DiscardDeadLettersResponse:
        return await self.dead_letters.discard(request, self.caller.name)


@dataclass(frozen=True, slots=True)
class ResumeStage:
    """Let a consumer group go on at once whose breaker is open. Raises NotFound, Forbidden and Away."""

    operations: Operations

    async def __call__(self, request: ResumeStageRequest) -> ResumeStageResponse:
        return ResumeStageResponse(breaker=await self.operations.resume(request.group))


@dataclass(frozen=True, slots=True)
class ChangeTelemetry:
    """Change how much the processes of one service, or of all, log and trace until they start again.

    Raises NotFound for a service that there is not, Rejected and Forbidden as they do. Who does not answer
    says so, and stays as it was.
    """

    operations: Operations

    async def __call__(self, request: ChangeTelemetryRequest) -> ListTelemetryResponse:
        if request.service and request.service not in SERVICES:
            raise NotFound(
                say(
                    "service_unknown",
                    "the mesh has no service {service}: it has {known}",
                    service=f"{request.service!r}",
                    known=", ".join(SERVICES),
                )
            )
        change = SetTelemetryRequest(
            log_level=request.log_level if request.HasField("log_level") else None,
            loggers=request.loggers,
            trace_sample=request.trace_sample if request.HasField("trace_sample") else None,
            revert_after=request.revert_after if request.HasField("revert_after") else None,
        )
        services = [request.service] if request.service else SERVICES
        found = await asyncio.gather(*(self.operations.telemetry(name, change) for name in services))
        return ListTelemetryResponse(processes=[one for of_service in found for one in of_service])
