"""What happens to accounts, sessions and tokens goes to the audit log, with who did it, and to the log."""

from dataclasses import dataclass
from typing import Final

from framewell.access.v1.access_pb2 import AccessChange, AccessChanged
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_contracts.json_mapping import enum_word
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.principals import acting
from framewell_gateway.domain.users import User
from framewell_gateway.ports import Announcer
from framewell_gateway.telemetry import ACCESS_CHANGED
from framewell_kit.clock import Clock
from framewell_kit.telemetry import logger

UNKNOWN: Final = "unknown"
_HOUR: Final = "%Y-%m-%dT%H"
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class NoteAccess:
    """Publish `access.changed`, kept by the audit log, and write a line of the log; no secret is in either.

    What somebody typed as a login stands in neither unless it is one: it may be a password.
    """

    announcer: Announcer
    clock: Clock

    async def __call__(
        self,
        change: "AccessChange.ValueType",
        user: User | None = None,
        *,
        by: Actor | None = None,
        source: str = "",
        role: str = "",
        token_id: str = "",
        operation: str = "",
    ) -> None:
        """Note a change of a user's access, by the caller or `by` somebody else; `source` is an address."""
        actor = Actor()
        actor.CopyFrom(by or _caller())
        actor.decided_at.CopyFrom(timestamp(self.clock.now()))
        fact = AccessChanged(
            user_id=user.user_id if user is not None else UNKNOWN,
            change=change,
            actor=actor,
            role=role,
            token_id=token_id,
            operation=operation,
        )
        word = enum_word(AccessChange.DESCRIPTOR, change)
        is_refusal = word.endswith("refused") or word == "denied"
        (log.warning if is_refusal else log.info)(
            ACCESS_CHANGED,
            change=word,
            user=user.login if user is not None else UNKNOWN,
            by=actor.principal,
            source=source,
            role=role,
            token_id=token_id,
            operation=operation,
        )
        await self.announcer.announce(fact)

    async def denied(self, operation: str) -> None:
        """Note that the caller may not do an operation: once an hour for each caller and operation."""
        actor = _caller()
        actor.decided_at.CopyFrom(timestamp(self.clock.now()))
        log.warning(
            ACCESS_CHANGED, change="denied", by=actor.principal, role=actor.authority, operation=operation
        )
        fact = AccessChanged(
            user_id=acting.get().user_id or UNKNOWN,
            change=AccessChange.ACCESS_CHANGE_DENIED,
            actor=actor,
            operation=operation,
        )
        hour = self.clock.now().strftime(_HOUR)
        await self.announcer.announce(fact, derived_id(f"denied/{operation}", actor.principal, hour))

    async def provider_refused(self, why: str) -> None:
        """Note that what an identity provider sent proves nobody; why stands in the log alone."""
        log.warning(ACCESS_CHANGED, change="provider_refused", reason=why[:300])
        await self(AccessChange.ACCESS_CHANGE_SIGN_IN_REFUSED, by=nobody())

    async def token_refused(self, source: str) -> None:
        """Note that a token is nobody's, or has ended."""
        await self(AccessChange.ACCESS_CHANGE_TOKEN_REFUSED, by=nobody(), source=source)


def nobody() -> Actor:
    """Return the actor of whoever is not known."""
    return Actor(principal=UNKNOWN, authority=UNKNOWN)


def themselves(user: User) -> Actor:
    """Return the actor of a user who does something before they are signed in."""
    return Actor(principal=user.login, authority=user.role)


def _caller() -> Actor:
    principal = acting.get()
    return Actor(principal=principal.name or UNKNOWN, authority=principal.authority or UNKNOWN)
