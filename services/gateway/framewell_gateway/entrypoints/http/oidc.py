"""The way to the house's identity provider and back: two redirects of the browser, beside OpenAPI."""

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from framewell_contracts.sentences import say
from framewell_gateway.domain.attempt_limits import CODES_OF_SOURCE
from framewell_gateway.domain.provider_sign_in import LASTS, new_pending
from framewell_gateway.domain.sources import source_of
from framewell_gateway.entrypoints.access import Provider
from framewell_gateway.entrypoints.http.app_context import AppContext, context_of
from framewell_gateway.entrypoints.http.authorising import guarded
from framewell_gateway.entrypoints.http.cookies import give_cookie, is_secure
from framewell_gateway.ports.access import NotProved
from framewell_kit.outcomes import Forbidden, NotFound

BEGIN: Final = "/v1/session/oidc"
CALLBACK: Final = f"{BEGIN}/callback"
PATHS: Final = frozenset({("GET", BEGIN), ("GET", CALLBACK)})
OPERATION: Final = "signInByProvider"
_COOKIE: Final = "framewell-oidc"
_CONSOLE: Final = "/console"


def routes() -> list[Route]:
    """Return what serves both ways."""
    return [
        Route(BEGIN, guarded(OPERATION, _begin), methods=["GET"]),
        Route(CALLBACK, guarded(OPERATION, _finish), methods=["GET"]),
    ]


async def _begin(request: Request) -> Response:
    context = context_of(request)
    provider = _provider(context)
    pending = new_pending(request.query_params.get("to", "/"), context.clock.now())
    address = await provider.identities.address(pending, _redirect_uri(context))
    response = RedirectResponse(address, status_code=302, headers={"cache-control": "no-store"})
    response.set_cookie(
        _name(request, context),
        provider.cookie.write(pending),
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=is_secure(request.scope, context.public_url),
        httponly=True,
        samesite="lax",
    )
    return response


async def _finish(request: Request) -> Response:
    """Answer with a session, or say at the sign-in page why there is none."""
    context = context_of(request)
    provider = _provider(context)
    pending = provider.cookie.read(request.cookies.get(_name(request, context), ""), context.clock.now())
    if pending is None or request.query_params.get("state") != pending.state:
        return _refused(request, context, "stale_sign_in")
    code = request.query_params.get("code", "")
    if not code:
        return _refused(request, context, "provider_refused")
    source = source_of(request.client.host if request.client else "")
    await context.access.limit.count_from(CODES_OF_SOURCE, source)  # each asks the provider, and is noted
    try:
        identity = await provider.identities.identity(pending, code, _redirect_uri(context))
        begun = await provider.sign_in(identity, source)
        await context.access.limit.take_back_from(CODES_OF_SOURCE, source)
    except NotProved as error:
        await context.access.note.provider_refused(str(error))
        return _refused(request, context, "not_proved")
    except Forbidden as refusal:
        return _refused(request, context, getattr(refusal, "code", ""))
    response = RedirectResponse(_CONSOLE + pending.to, status_code=303)
    give_cookie(response, request.scope, begun.secret, context.public_url)
    response.delete_cookie(_name(request, context), path="/")
    return response


def _refused(request: Request, context: AppContext, reason: str) -> Response:
    address = f"{_CONSOLE}/sign-in?{urlencode({'refused': reason})}"
    response = RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})
    response.delete_cookie(_name(request, context), path="/")
    return response


def _provider(context: AppContext) -> Provider:
    if context.access.provider is None:
        raise NotFound(
            say("no_provider", "this mesh has no identity provider: FRAMEWELL_GATEWAY_OIDC_ISSUER names one")
        )
    return context.access.provider


def _redirect_uri(context: AppContext) -> str:
    return f"{context.public_url.rstrip('/')}{CALLBACK}"


def _name(request: Request, context: AppContext) -> str:
    prefix = "__Host-" if is_secure(request.scope, context.public_url) else ""
    return f"{prefix}{_COOKIE}"
