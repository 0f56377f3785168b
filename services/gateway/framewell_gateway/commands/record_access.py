"""Training data is given out: who got what for which purpose is a fact."""

from dataclasses import dataclass
from typing import Final

from framewell.access.v1.access_pb2 import AccessRecorded
from framewell.objects.v1.object_service_pb2 import FindObjectResponse
from framewell_contracts.identity import derived_id
from framewell_gateway.ports import Announcer
from framewell_gateway.steps.who_calls import caller
from framewell_kit.clock import Clock

_ONE_DOWNLOAD: Final = "%Y-%m-%dT%H"
"""Reads of one object by one caller within one hour are one download, in however many ranges."""


@dataclass(frozen=True, slots=True)
class RecordAccess:
    """Publish `access.recorded` before the first byte leaves; once a download.

    The id of the event follows from caller, object and hour, so that neither ranges nor other replicas make a
    second one. Raises Busy: what cannot be recorded is not given out.
    """

    announcer: Announcer
    clock: Clock

    async def __call__(self, resource: str, found: FindObjectResponse) -> None:
        """Record that the caller gets `snapshots/<id>/objects/<key>`, or another object with a purpose."""
        if not found.purpose:
            return
        actor = caller(self.clock)
        access = AccessRecorded(
            resource=resource, actor=actor, purpose=found.purpose, snapshot_id=found.snapshot_id
        )
        hour = self.clock.now().strftime(_ONE_DOWNLOAD)
        event_id = derived_id(resource, actor.principal, f"{actor.authority}/{hour}")
        await self.announcer.announce(access, event_id)
