"""Who is calling: the actor that decisions are signed with."""

import hmac
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_kit.outcomes import Forbidden

AUTHORIZATION = "authorization"
DECLARED_ACTOR = "framewell-actor"
LOCAL = "local"
# Who may turn the knobs of a running mesh: its operators, and everybody on a loopback mesh without tokens.
OPERATORS = ("admin", LOCAL)

caller: ContextVar[Actor] = ContextVar("caller")


def current_actor() -> Actor:
    """Return the caller of the gRPC method under way; `decided_at` is left to the decision itself.

    Outside a call it is the mesh itself: principal and authority `system`.
    """
    actor = Actor()
    actor.CopyFrom(caller.get(Actor(principal="system", authority="system")))
    return actor


def require_operator() -> Actor:
    """Return the caller, who may operate the mesh. Raises Forbidden, naming the authority it takes."""
    actor = current_actor()
    if actor.authority not in OPERATORS:
        raise Forbidden(
            f"{actor.principal} has the authority '{actor.authority}'; operating the mesh takes 'admin': "
            'use a token given as "principal/admin" in FRAMEWELL_TOKENS'
        )
    return actor


class Unauthenticated(Forbidden):
    """The call carries no token, or one nobody gave out."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Bearer tokens and whose they are: `{token: "principal/authority"}`.

    Without any token the mesh trusts its loopback: the caller is `local`, or whom it says it is in the
    metadata `framewell-actor`, with the authority `local` either way.
    """

    known: Mapping[str, str]

    def actor(self, metadata: Mapping[str, str]) -> Actor:
        """Return the caller with this metadata. Raises Unauthenticated."""
        if not self.known:
            return Actor(principal=metadata.get(DECLARED_ACTOR, LOCAL)[:200] or LOCAL, authority=LOCAL)
        scheme, _, token = metadata.get(AUTHORIZATION, "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("a token is needed: send the metadata 'authorization: Bearer <token>'")
        found = ""
        for known, owner in self.known.items():  # all of them, so that the time taken gives nothing away
            if hmac.compare_digest(known.encode(), token.encode()):
                found = owner
        if not found:
            raise Unauthenticated("the token is not one of this mesh's: ask its operator for yours")
        principal, _, authority = found.partition("/")
        return Actor(principal=principal, authority=authority or "staff")
