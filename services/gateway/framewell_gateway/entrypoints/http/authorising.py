"""No operation is answered before it is known that the caller may: every endpoint stands behind a rule."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from framewell_contracts.access import Rule
from framewell_contracts.sentences import say
from framewell_gateway.domain.operation_roles import OPERATION_RULES, UnknownOperation
from framewell_gateway.domain.principals import acting
from framewell_gateway.entrypoints.http.app_context import context_of
from framewell_gateway.ports.access import Denied, Unauthenticated

Endpoint = Callable[[Request], Awaitable[Response]]
E = TypeVar("E", bound=Callable[..., Any])

_MARK: Final = "asks_who_may"
_API: Final = "/v1"


def guarded(operation: str, endpoint: Endpoint, rules: Mapping[str, Rule] = OPERATION_RULES) -> Endpoint:
    """Return an endpoint that asks whether the caller may do the operation, before it reads anything.

    Raises UnknownOperation, when the application is built, for an operation without a rule.
    """
    if operation not in rules:
        raise UnknownOperation(operation)
    rule = rules[operation]

    async def asked(request: Request) -> Response:
        caller = acting.get()
        if not rule.everybody and caller.role is None:
            raise Unauthenticated(
                say("not_signed_in", "this gateway asks who you are: sign in, or send a token")
            )
        if caller.role is not None and not rule.allows(caller.role):
            await context_of(request).access.note.denied(operation)
            raise Denied(
                say(
                    "role",
                    "{login} has the role '{role}'; {operation} takes the role {needed}: ask an "
                    "administrator "
                    "for it",
                    login=caller.name,
                    role=caller.role,
                    operation=operation,
                    needed=rule.words,
                )
            )
        return await endpoint(request)

    return marked(asked)


def marked(endpoint: E) -> E:
    """Mark what asks who may, or hands on to what does."""
    setattr(endpoint, _MARK, True)
    return endpoint


class UnguardedPath(LookupError):
    """A path of the API whose endpoint asks nobody."""


def require_guards(routes: Iterable[BaseRoute]) -> None:
    """Raise UnguardedPath when something below /v1 is served to whoever asks."""
    for route in routes:
        path = getattr(route, "path", "")
        is_api = path == _API or path.startswith(f"{_API}/")
        if is_api and not (isinstance(route, Route) and hasattr(route.endpoint, _MARK)):
            raise UnguardedPath(f"{path} asks nobody: let `guarded` stand before its endpoint")
