"""Stored objects."""

from typing import Final

from framewell.media.v1.media_service_pb2 import ReadObjectRequest
from framewell_gateway.entrypoints.http.objects import read_object
from framewell_gateway.entrypoints.http.routing import answers

_BYTES: Final = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "example": "bytes"}
}

ROUTES: Final = (
    answers(
        "GET /objects/{key:path}", "readObject", ReadObjectRequest, read_object,
        "The bytes of a stored object",
        description="Immutable, so cached for ever. Answers range requests.",
        tag="objects", content={200: _BYTES, 206: _BYTES, 304: {}}, problems=(416,),
        headers={
            "range": "The bytes that are wanted: `bytes=0-1023`.",
            "if-range": "Only if the object still has this ETag; otherwise all of it.",
            "if-none-match": "Not if the object has this ETag.",
        },
    ),
)  # fmt: skip
