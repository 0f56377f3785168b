"""Model folders sent as the body of a request, on to inference."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from framewell.inference.v1.inference_service_pb2 import (
    ModelHeader,
    ModelPiece,
    TryModelRequest,
    UploadModelRequest,
)
from framewell_contracts.json_mapping import FieldProblem
from framewell_contracts.sentences import Sentence, say
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.problems import InvalidRequest
from framewell_gateway.entrypoints.http.requests import refuse_encoded
from framewell_gateway.entrypoints.http.routing import json_response
from framewell_gateway.entrypoints.http.tar_archives import PIECE_BYTES, files

PATH: Final = "/v1/models/import"
TRY_PATH: Final = "/v1/models/try"

_MANIFEST: Final = "model.yaml"
_PICTURE: Final = "picture"
"""No file of a model is called so: all of them have an ending that says what they are."""
_PICTURE_BYTES: Final = 4 << 20

M = TypeVar("M")
A = TypeVar("A")


async def import_model(context: AppContext, _: UploadModelRequest, request: Request) -> Response:
    """Hand the folder on while it arrives; the answer is the model as it is served, and what was examined.

    Raises InvalidRequest for what is no archive of a model folder, HTTPException (415) for one that is
    compressed for its way, and what inference refuses it for.
    """
    refuse_encoded(request.headers)
    parts = _Parts(UploadModelRequest, files(request.stream()))
    return json_response(await _sent(context.services.upload_model, parts), 201)


async def try_model(context: AppContext, _: TryModelRequest, request: Request) -> Response:
    """Hand a folder on, with the picture that may come last; the answer is what was examined and observed.

    Raises what `import_model` raises.
    """
    refuse_encoded(request.headers)
    parts = _Parts(TryModelRequest, _before_picture(files(request.stream())), with_picture=True)
    return json_response(await _sent(context.services.try_model, parts))


async def _sent(send: Callable[[AsyncIterator[M]], Awaitable[A]], parts: _Parts[M]) -> A:
    """Return the answer to parts. Raises what broke them off: gRPC cancels such a call unsaid."""
    try:
        return await send(aiter(parts))
    except BaseException:
        if parts.failure is not None:
            raise parts.failure from None
        raise


class _Parts(Generic[M]):
    """The manifest as header, then the other files in pieces; `failure` is what broke it off."""

    def __init__(
        self,
        part: Callable[..., M],
        folder: AsyncIterator[tuple[str, bytes]],
        *,
        with_picture: bool = False,
    ) -> None:
        self._part, self._folder, self._with_picture = part, folder, with_picture
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[M]:
        try:
            manifest, begun = b"", False
            async for name, piece in self._folder:
                if not begun and name == _MANIFEST:
                    manifest += piece
                    _require(len(manifest) <= PIECE_BYTES, _at_most(_MANIFEST, PIECE_BYTES))
                    continue
                if not begun:
                    first = say(
                        "model_file.first", "{file} comes first in the archive: name it first", file=_MANIFEST
                    )
                    _require(bool(manifest), first)
                    yield self._part(header=ModelHeader(manifest=manifest))
                    begun = True
                yield self._named(name, piece)
            if not begun:
                absent = say("model_file.absent", "there is no {file} in the archive", file=_MANIFEST)
                _require(bool(manifest), absent)
                yield self._part(header=ModelHeader(manifest=manifest))
        except Exception as error:
            self.failure = error
            raise

    def _named(self, name: str, piece: bytes) -> M:
        if self._with_picture and name == _PICTURE:
            return self._part(picture=piece)
        return self._part(piece=ModelPiece(file=name, data=piece))


async def _before_picture(folder: AsyncIterator[tuple[str, bytes]]) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the files of a folder, the picture whole. Raises InvalidRequest for one too large or not last."""
    picture, seen = b"", False
    async for name, piece in folder:
        if name == _PICTURE:
            picture, seen = picture + piece, True
            _require(len(picture) <= _PICTURE_BYTES, _at_most(_PICTURE, _PICTURE_BYTES))
            continue
        last = say("model_file.last", "{file} comes last in the archive: name it last", file=_PICTURE)
        _require(not seen, last)
        yield name, piece
    if seen:
        yield _PICTURE, picture


def _at_most(file: str, size: int) -> Sentence:
    return say("model_file.large", "{file} has at most {most} MiB", file=file, most=size >> 20)


def _require(holds: bool, sentence: Sentence) -> None:
    if not holds:
        raise InvalidRequest([FieldProblem("", sentence)])
