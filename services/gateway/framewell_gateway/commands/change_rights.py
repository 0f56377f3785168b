"""POST /v1/rights: a person changes rights; the mesh learns it by rights.changed."""

from dataclasses import dataclass

from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeRequest
from framewell.gateway.v1.events_pb2 import PublishedRightsChange
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_contracts.fact_types import fact_type
from framewell_gateway.ports import Announcer, Services
from framewell_gateway.ports.methods import PREVIEW_RIGHTS_CHANGE
from framewell_gateway.steps.who_calls import by_caller
from framewell_kit.clock import Clock
from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Publish the change with the caller as its actor; what it does is dataset's decision.

    Answers once the event can no longer be lost, with what becomes of each statement where dataset can be
    asked. A change without revision counts as made now: its revision is the present moment in microseconds,
    so that the later change counts.
    """

    announcer: Announcer
    services: Services
    clock: Clock

    async def __call__(self, change: RightsChanged) -> PublishedRightsChange:
        announced = by_caller(change, self.clock)
        announced.revision = change.revision or int(self.clock.now().timestamp() * 1_000_000)
        event_id = await self.announcer.announce(announced)
        answer = PublishedRightsChange(event_id=event_id, type=fact_type(announced).type)
        try:
            request = PreviewRightsChangeRequest(change=announced, statements_only=True)
            found = await self.services.call(PREVIEW_RIGHTS_CHANGE, request)
        except Exception as error:  # noqa: BLE001 - the change is published, whatever becomes of the question
            log.warning("what a change of rights concerns is not known", error=repr(error))
            return answer
        answer.statements.extend(found.statements)
        answer.asset_count = found.asset_count
        return answer
