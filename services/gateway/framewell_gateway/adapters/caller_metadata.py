"""By what a service knows for whom the gateway calls it."""

from framewell_contracts.access import AuthenticationKind, Role
from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import acting
from framewell_kit.rpc import Caller
from framewell_kit.rpc.actor import AUTHORIZATION, CALLER, DECLARED_ACTOR
from framewell_kit.rpc.refusals import Unauthenticated
from framewell_kit.rpc.statements import CallerSigner
from framewell_kit.telemetry import current_cause

Metadata = tuple[tuple[str, str], ...]


class CallerMetadata:
    """The metadata of calls: for whom the request at hand is made, and for the gateway itself outside one.

    With a key each call carries a signed statement made for it alone. Without one the services know what the
    gateway was given: a token of the settings, or the name that somebody on this machine says.
    """

    def __init__(self, signer: CallerSigner | None) -> None:
        self._signer = signer

    def of(self, service: str, method: str) -> Metadata:
        """Return the metadata of one call of a method (`/package.Service/Method`) of a service.

        Raises Unauthenticated where nobody has signed in.
        """
        request = current_cause()
        calling = _calling(request.id if request else "")
        if self._signer is not None:
            return ((CALLER, self._signer.sign(calling, service, method)),)
        if calling.role is Role.SERVICE:
            return ()  # the channel adds the services' own token, where there is one
        token = acting.get().token
        return ((AUTHORIZATION, f"Bearer {token}"),) if token else ((DECLARED_ACTOR, calling.principal),)


def _calling(request_id: str) -> Caller:
    principal = acting.get(None)
    if principal is None:
        return Caller("gateway", Role.SERVICE, AuthenticationKind.SERVICE, request_id)
    if principal.role is None:
        raise Unauthenticated(
            say("missing.sign_in", "nobody has signed in: sign in, or send a token"), "missing"
        )
    return Caller(principal.name, principal.role, AuthenticationKind(principal.authentication), request_id)
