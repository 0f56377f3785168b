"""POST /v1/rights: a person changes rights; the mesh is told by rights.changed."""

from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_gateway.domain.principals import acting
from framewell_gateway.ports import Announcer
from framewell_gateway.views.requests import RightsChangeBody
from framewell_gateway.views.to_messages import rights_changed
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class ChangeRights:
    """Publish the change with its actor; what it does is dataset's decision and is told by its events.

    Returns the id of the event once it can no longer be lost. A change without revision counts as made
    now: its revision is the present moment in microseconds, so that the later change counts.
    """

    announcer: Announcer
    clock: Clock

    async def __call__(self, body: RightsChangeBody) -> str:
        now = self.clock.now()
        revision = int(now.timestamp() * 1_000_000)
        return await self.announcer.announce(rights_changed(body, actor_at(self.clock), revision))


def actor_at(clock: Clock) -> Actor:
    """The caller as the actor of a fact."""
    decided = Timestamp()
    decided.FromDatetime(clock.now())
    principal = acting.get()
    return Actor(principal=principal.name, authority=principal.authority, decided_at=decided)
