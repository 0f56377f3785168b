"""Stored objects over HTTP: ranges, caching and media types as players want them."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from framewell.media.v1.media_service_pb2 import ReadObjectRequest
from framewell_gateway.domain.addresses import (
    OBJECT_KEY,
    ByteRange,
    UnsatisfiableError,
    media_type,
    parse_range,
)
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound

_PIECE = 1 << 20


async def read_object(context: AppContext, wanted: ReadObjectRequest, request: Request) -> Response:
    """Answer with the object or the wanted range of it; 304 for what the caller has."""
    key = wanted.key
    found = OBJECT_KEY.fullmatch(key)
    if found is None:
        raise NotFound("no object has such a key: expected <two hex digits>/<sha256><suffix>")
    etag = f'"{found["sha256"]}"'
    headers = _headers(etag)
    if_none_match = request.headers.get("if-none-match", "")
    if etag in if_none_match or if_none_match.strip() == "*":
        return Response(status_code=304, headers=headers)
    size = await context.objects.size(key)
    is_same = request.headers.get("if-range") in (None, etag)
    try:
        part = parse_range(request.headers.get("range") if is_same else None, size)
    except UnsatisfiableError:
        return problem(416, f"the object has {size} bytes", headers={"content-range": f"bytes */{size}"})
    span = part or ByteRange(0, size - 1)
    headers["content-length"] = str(span.length)
    if part:
        headers["content-range"] = f"bytes {part.first}-{part.last}/{size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type(key))
    body = _read(context.objects, key, span)
    return StreamingResponse(body, status_code=status, headers=headers, media_type=media_type(key))


def _headers(etag: str) -> dict[str, str]:
    return {
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": "public, max-age=31536000, immutable",
        # An original may be anything: never let a browser find a page or a script in it.
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        # Players run on pages of other origins. Credentials are never taken from a page.
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "content-length, content-range, etag",
        "cross-origin-resource-policy": "cross-origin",
    }


async def _read(objects: Objects, key: str, wanted: ByteRange) -> AsyncIterator[bytes]:
    position = wanted.first
    while position <= wanted.last:
        piece = await objects.read_range(key, position, min(_PIECE, wanted.last + 1 - position))
        if not piece:
            return
        position += len(piece)
        yield piece
