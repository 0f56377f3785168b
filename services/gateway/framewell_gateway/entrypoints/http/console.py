"""The web console: a page, its scripts and its styles, built into the package by `make setup`.

The page is the same at every address below `/console/`: the console's own router reads the address. Names of
scripts and styles carry a hash of their content, so a browser keeps them for good; the page it asks for anew.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from framewell_gateway.entrypoints.http.pages import HEADERS, INTERFACES, STATIC, not_installed

PATH: Final = "/console"
BUILT: Final = STATIC / "console"
_HASHED: Final = "static/"
_NONCE: Final = "STYLE-NONCE"
_KEPT: Final = "public, max-age=31536000, immutable"


def routes(folder: Path | None = None) -> list[BaseRoute]:
    """Return what serves the console that was built into a folder, the package's own unless told."""
    built = folder or BUILT

    async def page(_: Request) -> Response:
        return _page(built)

    async def to_page(_: Request) -> Response:
        return RedirectResponse(f"{PATH}/", 308)

    async def front_door(_: Request) -> Response:
        return RedirectResponse(f"{PATH}/" if is_built(built) else INTERFACES, 307)

    return [
        Route("/", front_door),
        Route(PATH, to_page),
        Route(f"{PATH}/", page),
        Mount(PATH, _Files(built)),
    ]


def is_built(folder: Path | None = None) -> bool:
    """Return whether there is a console to lead people to."""
    return ((folder or BUILT) / "index.html").is_file()


class _Files(StaticFiles):
    """Scripts, styles and pictures of the console; its page for every other address."""

    def __init__(self, built: Path) -> None:
        super().__init__(directory=built, check_dir=False)
        self._built = built

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; the page where there is none, but for scripts of a console that was replaced."""
        hashed = path.startswith(_HASHED)
        try:
            response = (
                await self._smallest(path, scope) if hashed else await super().get_response(path, scope)
            )
        except HTTPException as refused:
            if refused.status_code != 404 or hashed:
                raise
            return _page(self._built)
        response.headers.update({**HEADERS, "cache-control": _KEPT if hashed else "no-cache"})
        return response

    async def _smallest(self, path: str, scope: Scope) -> Response:
        """Return a file as it was compressed when it was built, to whoever takes that."""
        response = None
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            with suppress(HTTPException):
                response = await super().get_response(f"{path}.gz", scope)
                response.headers["content-encoding"] = "gzip"
        response = response or await super().get_response(path, scope)
        response.headers["vary"] = "accept-encoding"
        return response


def _page(built: Path) -> Response:
    """Return the page with a nonce of its own, by which React Aria may add its two style elements."""
    if not is_built(built):
        return not_installed("Console", "The console", "/docs")
    nonce = secrets.token_urlsafe(16)
    text = _index(built, (built / "index.html").stat().st_mtime_ns).replace(_NONCE, nonce)
    return HTMLResponse(text, headers={**_headers(nonce), "cache-control": "no-cache"})


@cache
def _index(built: Path, _changed_at: int) -> str:
    return (built / "index.html").read_text(encoding="utf-8")


def _headers(nonce: str) -> Mapping[str, str]:
    """Return the headers of every page, with what the console needs beyond: workers and media of its own."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return MappingProxyType({**HEADERS, "content-security-policy": policy})
