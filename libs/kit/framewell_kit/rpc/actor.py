"""Who is calling: the actor that decisions are signed with."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.access import AuthenticationKind, Role

AUTHORIZATION: Final = "authorization"
DECLARED_ACTOR: Final = "framewell-actor"
"""Who somebody says they are; believed on the loopback of a mesh without users and tokens alone."""
CALLER: Final = "framewell-caller"
"""The gateway's signed statement of who it calls for (`framewell_kit.rpc.statements`)."""

LONGEST_PRINCIPAL: Final = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, in which role, how they were known, and the id of what they asked for."""

    principal: str
    role: Role
    authentication: AuthenticationKind
    request_id: str = ""

    def actor(self) -> Actor:
        """Return what facts and documents say of them; `decided_at` is left to the decision itself."""
        return Actor(principal=self.principal, authority=self.role)


caller: ContextVar[Caller] = ContextVar("caller")


def current_actor() -> Actor:
    """Return the caller of the gRPC method under way; `decided_at` is left to the decision itself.

    Outside a call it is the mesh itself: principal and authority `system`.
    """
    calling = caller.get(None)
    return Actor(principal="system", authority="system") if calling is None else calling.actor()
