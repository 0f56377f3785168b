"""Who calls the gateway, as the actor of what is published for them."""

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.principals import acting
from framewell_kit.clock import Clock


def by_caller(change: RightsChanged, clock: Clock) -> RightsChanged:
    """Return a change as the caller would make it, whoever it names as its actor."""
    made = RightsChanged()
    made.CopyFrom(change)
    made.actor.CopyFrom(caller(clock))
    return made


def caller(clock: Clock) -> Actor:
    """Return who calls the gateway as the actor of a fact."""
    principal = acting.get()
    return Actor(principal=principal.name, authority=principal.authority, decided_at=timestamp(clock.now()))
