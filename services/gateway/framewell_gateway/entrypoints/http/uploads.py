"""Files sent as the body of a request, on to ingest."""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from framewell.ingest.v1.ingest_service_pb2 import UploadHeader, UploadRequest
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.routing import json_response

PATH: Final = "/v1/uploads"
_PIECE: Final = 1 << 20


async def upload(context: AppContext, header: UploadHeader, request: Request) -> Response:
    """Hand the body on while it arrives; the answer names it."""
    length = request.headers.get("content-length", "0")
    header.size = int(length) if length.isdigit() else 0
    return json_response(await context.services.upload(_parts(header, request.stream())), 201)


async def _parts(header: UploadHeader, body: AsyncIterator[bytes]) -> AsyncIterator[UploadRequest]:
    """Yield the header, then the body in pieces that fit a message."""
    yield UploadRequest(header=header)
    async for received in body:
        for start in range(0, len(received), _PIECE):
            yield UploadRequest(data=received[start : start + _PIECE])
