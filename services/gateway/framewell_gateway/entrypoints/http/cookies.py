"""The cookie of a session: its name, and how it is given and taken back."""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

_BEHIND_TLS: Final = "__Host-framewell"
"""Browsers take a cookie of this prefix over TLS alone, for this one host and all its paths (RFC 6265bis)."""


def is_secure(scope: Scope, public_url: str = "") -> bool:
    """Return whether the browser speaks TLS to this gateway, or to a proxy before it."""
    return scope["scheme"] == "https" or public_url.startswith("https://")


def cookie_name(scope: Scope, public_url: str = "") -> str:
    """Return the name of the cookie: with the port where there is no TLS, since ports share cookies."""
    if is_secure(scope, public_url):
        return _BEHIND_TLS
    _, _, port = Headers(scope=scope).get("host", "").rpartition(":")
    return f"framewell-{port if port.isdigit() else '80'}"


def session_secret(scope: Scope, public_url: str = "") -> str:
    """Return the secret in the cookie of a request, '' without one."""
    name = cookie_name(scope, public_url)
    return next(
        (
            found
            for line in Headers(scope=scope).getlist("cookie")
            if (found := cookie_parser(line).get(name))
        ),
        "",
    )


def give_cookie(response: Response, scope: Scope, secret: str, public_url: str = "") -> None:
    """Let the browser keep the secret until it is closed: no script can read it, no other site send it."""
    response.set_cookie(
        cookie_name(scope, public_url),
        secret,
        path="/",
        secure=is_secure(scope, public_url),
        httponly=True,
        samesite="lax",
    )
    response.headers["cache-control"] = "no-store"


def take_cookie(response: Response, scope: Scope, public_url: str = "") -> None:
    """Let the browser forget the secret."""
    response.delete_cookie(
        cookie_name(scope, public_url),
        path="/",
        secure=is_secure(scope, public_url),
        httponly=True,
        samesite="lax",
    )
