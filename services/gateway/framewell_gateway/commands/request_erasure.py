"""POST /v1/erasures: a person asks for somebody or something to be forgotten."""

from dataclasses import dataclass
from uuid import uuid4

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.gateway.v1.erasures_pb2 import RequestErasureRequest, RequestErasureResponse
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_gateway.ports import Announcer, ErasureRepository
from framewell_gateway.steps.who_calls import caller
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class RequestErasure:
    """Publish the request with the caller as its actor; every service erases by what dataset makes of it.

    The same id again is the same erasure and publishes nothing more. Raises Conflict when the id is that of
    another erasure.
    """

    announcer: Announcer
    erasures: ErasureRepository
    clock: Clock

    async def __call__(self, request: RequestErasureRequest) -> RequestErasureResponse:
        actor = caller(self.clock)
        fact = ErasureRequested(
            erasure_id=request.erasure_id or str(uuid4()),
            subject=Subject.FromString(request.subject.SerializeToString()),  # the same fields, fewer
            reason=request.reason,
            actor=actor,
        )
        if not await self.erasures.begin(fact, self.clock.now()):
            raise Conflict(
                say(
                    "erasure_taken",
                    "erasure {erasure_id} is of something else: choose another id",
                    erasure_id=fact.erasure_id,
                )
            )
        event_id = derived_id("erasure", fact_type(fact).type, fact.erasure_id)
        await self.announcer.announce(fact, event_id)
        return RequestErasureResponse(erasure_id=fact.erasure_id)
