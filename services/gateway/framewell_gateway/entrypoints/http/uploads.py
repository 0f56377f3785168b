"""Files sent as the body of a request, on to ingest."""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from framewell.ingest.v1.ingest_service_pb2 import UploadHeader, UploadRequest
from framewell_contracts.json_mapping import FieldProblem
from framewell_contracts.sentences import say
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.problems import InvalidRequest
from framewell_gateway.entrypoints.http.requests import refuse_encoded
from framewell_gateway.entrypoints.http.routing import json_response

PATH: Final = "/v1/uploads"
_PIECE: Final = 1 << 20


async def upload(context: AppContext, header: UploadHeader, request: Request) -> Response:
    """Hand the body on while it arrives; the answer names it.

    Raises InvalidRequest for a request without a body, HTTPException (415) for one that is compressed for
    its way, and what the body raises, which breaks the call: ingest keeps nothing of it then.
    """
    refuse_encoded(request.headers)
    length = request.headers.get("content-length", "0")
    if length == "0" and "transfer-encoding" not in request.headers:
        said = say("body.empty_file", "the body is the file itself, and it is empty")
        raise InvalidRequest([FieldProblem("", said)])
    header.size = int(length) if length.isdigit() else 0
    parts = _Parts(header, request.stream())
    try:
        answer = await context.services.upload(aiter(parts))
    except BaseException:  # gRPC cancels a call whose parts fail, and does not say why
        if parts.failure is not None:
            raise parts.failure from None
        raise
    return json_response(answer, 201)


class _Parts:
    """The header, then the body in pieces that fit a message; `failure` is what broke it off."""

    def __init__(self, header: UploadHeader, body: AsyncIterator[bytes]) -> None:
        self._header, self._body = header, body
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[UploadRequest]:
        yield UploadRequest(header=self._header)
        try:
            async for received in self._body:
                for start in range(0, len(received), _PIECE):
                    yield UploadRequest(data=received[start : start + _PIECE])
        except Exception as error:
            self.failure = error
            raise
