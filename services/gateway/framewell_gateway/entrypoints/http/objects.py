"""Stored objects over HTTP: ranges, caching and media types as players want them."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response, StreamingResponse

from framewell_gateway.domain.addresses import (
    OBJECT_KEY,
    ByteRange,
    UnsatisfiableError,
    media_type,
    parse_range,
)
from framewell_gateway.entrypoints.http.assets import TheDoor
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound

router = APIRouter(prefix="/v1", tags=["objects"])

_PIECE = 1 << 20


@router.get(
    "/objects/{key:path}",
    summary="The bytes of a stored object",
    description="Immutable, so cached for ever. Answers range requests.",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, 206: {}, 304: {}},
)
@router.head("/objects/{key:path}", include_in_schema=False)
async def read_object(
    the: TheDoor,
    request: Request,
    *,
    key: Annotated[str, Path(description="`<first two hex digits>/<sha256><suffix>`")],
    range: Annotated[str | None, Header(max_length=200)] = None,  # noqa: A002 - the header's name
    if_range: Annotated[str | None, Header(max_length=200)] = None,
    if_none_match: Annotated[str | None, Header(max_length=4000)] = None,
) -> Response:
    found = OBJECT_KEY.fullmatch(key)
    if found is None:
        raise NotFound("no object has such a key: expected <two hex digits>/<sha256><suffix>")
    etag = f'"{found["sha256"]}"'
    headers = _headers(etag)
    if if_none_match and (etag in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers=headers)
    size = await the.objects.size(key)
    try:
        part = parse_range(range if if_range in (None, etag) else None, size)
    except UnsatisfiableError:
        return problem(416, f"the object has {size} bytes", headers={"content-range": f"bytes */{size}"})
    wanted = part or ByteRange(0, size - 1)
    headers["content-length"] = str(wanted.length)
    if part:
        headers["content-range"] = f"bytes {part.first}-{part.last}/{size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type(key))
    return StreamingResponse(
        _read(the.objects, key, wanted), status_code=status, headers=headers, media_type=media_type(key)
    )


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
