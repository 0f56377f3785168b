"""Which pages of other origins may read answers (the CORS protocol of the Fetch standard)."""

import re
from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from framewell_gateway.entrypoints.http.conditional import ETAG, IF_MATCH, IF_NONE_MATCH
from framewell_gateway.entrypoints.http.idempotency import HEADER, REPLAYED

ANY_ORIGIN = "*"
_PLAYED = re.compile(r"/v1/assets/[^/]+/(?:objects|playlist)/.*")
_API_FOLDER = "/v1/"
_PREFLIGHT_SECONDS = 600
_EXPOSED = (
    "accept-ranges", "content-length", "content-range", ETAG, REPLAYED, "location", "retry-after",
    "tus-resumable", "upload-expires", "upload-length", "upload-offset", "x-request-id",
)  # fmt: skip
_OBJECT_HEADERS = ("authorization", IF_NONE_MATCH, "if-range", "range", "x-request-id")
_API_HEADERS = (
    "authorization", "content-type", HEADER, IF_MATCH, IF_NONE_MATCH, "last-event-id", "tus-resumable",
    "upload-checksum", "upload-length", "upload-metadata", "upload-offset", "x-request-id",
)  # fmt: skip


class CrossOrigin:
    """Answers preflights and lets pages of these origins read answers under /v1.

    `*` opens the objects and playlists of assets alone, to players of any origin: whoever changes or lists
    anything, or reads training data, is named. Cookies of sessions are never taken from pages of
    other origins: such a page sends its token in a header. Refusals are readable as well, or a page could
    not say what is wrong.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        self._app = app
        named = [origin for origin in origins if origin != ANY_ORIGIN]
        players = [ANY_ORIGIN] if ANY_ORIGIN in origins else named
        self._objects = _cors(app, players, ("GET", "HEAD"), _OBJECT_HEADERS) if players else app
        self._api = (
            _cors(app, named, ("DELETE", "GET", "HEAD", "PATCH", "POST"), _API_HEADERS) if named else app
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if _PLAYED.fullmatch(path):
            await self._objects(scope, receive, send)
        elif path.startswith(_API_FOLDER):
            await self._api(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _cors(
    app: ASGIApp, origins: Collection[str], methods: Collection[str], headers: Collection[str]
) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=methods,
        allow_headers=headers,
        expose_headers=_EXPOSED,
        max_age=_PREFLIGHT_SECONDS,
    )
