"""Stored objects over HTTP: ranges, caching and media types as players want them."""

from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from framewell.objects.v1.object_service_pb2 import FindObjectRequest
from framewell_contracts.sentences import say
from framewell_gateway.commands.record_access import RecordAccess
from framewell_gateway.domain.addresses import (
    OBJECT_KEY,
    ByteRange,
    UnsatisfiableError,
    media_type,
    parse_range,
)
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.problems import problem
from framewell_gateway.queries.find_object import FindObject
from framewell_gateway.telemetry import OBJECT_WENT
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound
from framewell_kit.telemetry import logger

_PIECE = 1 << 20
log = logger(__name__)


async def read_object(
    context: AppContext, path: str, wanted: FindObjectRequest, request: Request
) -> Response:
    """Answer with the object, or the wanted range of it, below `path`; 304 for what the caller has.

    Whether it may be read is asked first, whatever the caller has: what was withdrawn is 410 at once.
    """
    key = wanted.key
    named = OBJECT_KEY.fullmatch(key)
    if named is None:
        raise NotFound(
            say("object_unknown.key", "no object has such a key: expected <two hex digits>/<sha256><suffix>")
        )
    found = await FindObject(context.services)(wanted)
    etag = f'"{named["sha256"]}"'
    headers = {**(PLAYED_HEADERS if wanted.HasField("asset_id") else _HEADERS), "etag": etag}
    if_none_match = request.headers.get("if-none-match", "")
    if etag in if_none_match or if_none_match.strip() == "*":
        return Response(status_code=304, headers=headers)
    size = await context.objects.size(key)
    is_same = request.headers.get("if-range") in (None, etag)
    try:
        part = parse_range(request.headers.get("range") if is_same else None, size)
    except UnsatisfiableError:
        said = say("range", "the object has {size} bytes", size=size)
        return problem(416, said, headers={"content-range": f"bytes */{size}"})
    span = part or ByteRange(0, size - 1)
    headers["content-length"] = str(span.length)
    if part:
        headers["content-range"] = f"bytes {part.first}-{part.last}/{size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type(key))
    await RecordAccess(context.announcer, context.clock)(f"{path}/objects/{key}", found)
    body = _read(context.objects, key, span)
    return _ObjectResponse(body, status_code=status, headers=headers, media_type=media_type(key))


_HEADERS: Mapping[str, str] = {
    "accept-ranges": "bytes",
    # Kept by the caller alone, and asked about before every use: it may be withdrawn at any time.
    "cache-control": "private, no-cache",
    "vary": "authorization",
    # An original may be anything: never let a browser find a page or a script in it.
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}
PLAYED_HEADERS: Mapping[str, str] = {
    **_HEADERS,
    # Players run on pages of other origins. Credentials are never taken from a page.
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "content-length, content-range, etag",
    "cross-origin-resource-policy": "cross-origin",
}


class _ObjectResponse(StreamingResponse):
    """Bytes that may end too early: an object that is deleted while it is sent ends its connection.

    The caller finds fewer bytes than were announced, and never takes a part for the whole.
    """

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except NotFound as gone:
            log.info(OBJECT_WENT, reason=gone.reason)


async def _read(objects: Objects, key: str, wanted: ByteRange) -> AsyncIterator[bytes]:
    position = wanted.first
    while position <= wanted.last:
        piece = await objects.read_range(key, position, min(_PIECE, wanted.last + 1 - position))
        if not piece:
            return
        position += len(piece)
        yield piece
