"""Model folders sent as the body of a request, on to inference."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from framewell.inference.v1.inference_service_pb2 import (
    ModelHeader,
    ModelPiece,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell_contracts.json_mapping import FieldProblem
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.problems import InvalidRequest
from framewell_gateway.entrypoints.http.requests import refuse_encoded
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.entrypoints.http.tar_archives import PIECE_BYTES, files

PATH: Final = "/v1/models/import"

_MANIFEST: Final = "model.yaml"


async def import_model(context: AppContext, _: UploadModelRequest, request: Request) -> Response:
    """Hand the folder on while it arrives; the answer is the model as it is served, and what was examined.

    Raises InvalidRequest for what is no archive of a model folder, HTTPException (415) for one that is
    compressed for its way, and what inference refuses it for.
    """
    refuse_encoded(request.headers)
    parts = _Parts(files(request.stream()))
    try:
        answer: UploadModelResponse = await context.services.upload_model(aiter(parts))
    except BaseException:  # gRPC cancels a call whose parts fail, and does not say why
        if parts.failure is not None:
            raise parts.failure from None
        raise
    return json_response(answer, 201)


class _Parts:
    """The manifest as header, then the other files in pieces; `failure` is what broke it off."""

    def __init__(self, folder: AsyncIterator[tuple[str, bytes]]) -> None:
        self._folder = folder
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[UploadModelRequest]:
        try:
            manifest, begun = b"", False
            async for name, piece in self._folder:
                if not begun and name == _MANIFEST:
                    manifest += piece
                    _require(len(manifest) <= PIECE_BYTES, f"{_MANIFEST} has at most {PIECE_BYTES >> 20} MiB")
                    continue
                if not begun:
                    _require(bool(manifest), f"{_MANIFEST} comes first in the archive: name it first")
                    yield UploadModelRequest(header=ModelHeader(manifest=manifest))
                    begun = True
                yield UploadModelRequest(piece=ModelPiece(file=name, data=piece))
            if not begun:
                _require(bool(manifest), f"there is no {_MANIFEST} in the archive")
                yield UploadModelRequest(header=ModelHeader(manifest=manifest))
        except Exception as error:
            self.failure = error
            raise


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise InvalidRequest([FieldProblem("", sentence)])
