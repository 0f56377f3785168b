"""Uploads that go on after a break, by tus 1.0.0 (https://tus.io/protocols/resumable-upload).

Core protocol with the extensions creation, checksum, expiration and termination. It has headers and statuses
of its own, so it stands beside OpenAPI. tusd and tuspyserver were considered: they keep files themselves.
"""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import AsyncIterator, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Final

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from framewell.ingest.v1.ingest_service_pb2 import (
    AppendHeader,
    AppendUploadRequest,
    CreateUploadRequest,
    DeleteUploadRequest,
    GetUploadRequest,
    ResumableUpload,
)
from framewell_contracts.bounds import problems_of
from framewell_contracts.json_mapping import FieldProblem, to_json
from framewell_contracts.sentences import Sentence, say
from framewell_gateway.entrypoints.http import uploads
from framewell_gateway.entrypoints.http.app_context import context_of
from framewell_gateway.entrypoints.http.authorising import guarded, marked
from framewell_gateway.entrypoints.http.problems import InvalidRequest, problem
from framewell_gateway.entrypoints.http.requests import refuse_encoded
from framewell_gateway.ports import methods
from framewell_kit.outcomes import Rejected

PATH: Final = f"{uploads.PATH}/resumable"
OPERATION: Final = "resumeUpload"
VERSION: Final = "1.0.0"
BODY_TYPE: Final = "application/offset+octet-stream"
WRONG_CHECKSUM: Final = 460
_ABOUT: Final = {
    "Tus-Resumable": VERSION,
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,checksum,expiration,termination",
    "Tus-Checksum-Algorithm": "sha1,sha256",
}
_PIECE: Final = 1 << 20


def routes() -> list[Route]:
    """Return what serves the protocol."""
    return [
        Route(PATH, marked(_describe), methods=["OPTIONS"]),
        Route(PATH, guarded(OPERATION, _create), methods=["POST"]),
        Route(f"{PATH}/{{uri}}", guarded(OPERATION, _show), methods=["GET", "HEAD"]),
        Route(f"{PATH}/{{uri}}", guarded(OPERATION, _append), methods=["PATCH"]),
        Route(f"{PATH}/{{uri}}", guarded(OPERATION, _delete), methods=["DELETE"]),
    ]


async def _describe(_: Request) -> Response:
    return Response(None, 204, _ABOUT)


async def _create(request: Request) -> Response:
    if (refusal := _other_version(request)) is not None:
        return refusal
    if request.headers.get("content-length", "0") != "0":
        raise _invalid(
            "", say("body.not_yet", "an upload is created without a body: send the bytes by PATCH")
        )
    named, size = _metadata(request.headers.get("upload-metadata", "")), _number(request, "upload-length")
    if size == 0:
        raise _invalid("upload-length", say("field.no_bytes", "is 0: a file without a byte is no media"))
    wanted = CreateUploadRequest(
        file_name=named.get("filename", ""),
        size=size,
        sha256=named.get("sha256", "").lower(),
    )
    made = await context_of(request).services.call(methods.CREATE_UPLOAD, _checked(wanted))
    return _answer(201, made.upload, {"Location": f"{PATH}/{made.upload.uri}"})


async def _show(request: Request) -> Response:
    if (refusal := _other_version(request)) is not None:
        return refusal
    wanted = _checked(GetUploadRequest(uri=request.path_params["uri"]))
    found = await context_of(request).services.call(methods.GET_UPLOAD, wanted)
    return _answer(200, found.upload)


async def _append(request: Request) -> Response:
    """Hand the body on while it arrives; what arrived of one that breaks off is kept."""
    if (refusal := _other_version(request)) is not None:
        return refusal
    refuse_encoded(request.headers)
    if request.headers.get("content-type", "") != BODY_TYPE:
        said = say("body_type.upload", "the bytes of an upload are sent as {type}", type=BODY_TYPE)
        return problem(415, said, headers=_ABOUT)
    algorithm, _, digest = request.headers.get("upload-checksum", "").partition(" ")
    header = AppendHeader(
        uri=request.path_params["uri"],
        offset=_number(request, "upload-offset"),
        checksum_algorithm=algorithm,
        checksum=_base64("upload-checksum", digest),
    )
    parts = _Parts(_checked(header), request.stream())
    try:
        upload = (await context_of(request).services.append_upload(aiter(parts))).upload
    except Rejected as refused:
        if parts.failure is None and refused.code == "wrong_checksum":
            return problem(WRONG_CHECKSUM, refused.reason, headers=_ABOUT)
        raise parts.failure or refused from None
    if parts.failure is not None:
        raise parts.failure
    return _answer(204, upload)


async def _delete(request: Request) -> Response:
    if (refusal := _other_version(request)) is not None:
        return refusal
    wanted = _checked(DeleteUploadRequest(uri=request.path_params["uri"]))
    await context_of(request).services.call(methods.DELETE_UPLOAD, wanted)
    return Response(None, 204, _ABOUT)


class _Parts:
    """The header, then the body in pieces that fit a message, as far as it comes; `failure` broke it off."""

    def __init__(self, header: AppendHeader, body: AsyncIterator[bytes]) -> None:
        self._header, self._body = header, body
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[AppendUploadRequest]:
        yield AppendUploadRequest(header=self._header)
        try:
            async for received in self._body:
                for start in range(0, len(received), _PIECE):
                    yield AppendUploadRequest(data=received[start : start + _PIECE])
        except Exception as error:  # noqa: BLE001 - raised once what arrived is kept
            self.failure = error


def _answer(status: int, upload: ResumableUpload, headers: Mapping[str, str] = _ABOUT) -> Response:
    said = {
        **_ABOUT,
        **headers,
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.size),
        "Upload-Expires": format_datetime(upload.expires_at.ToDatetime(tzinfo=UTC), usegmt=True),
        "Cache-Control": "no-store",
    }
    if status == 204:
        return Response(None, status, said)
    content = json.dumps(to_json(upload, defaults=True), ensure_ascii=False).encode()
    return Response(content, status, said, media_type="application/json")


def _other_version(request: Request) -> Response | None:
    """Return the refusal of a request that does not name this version of the protocol; GET may leave it."""
    default = VERSION if request.method == "GET" else ""
    if request.headers.get("tus-resumable", default) == VERSION:
        return None
    said = say("tus_version", "tus {version} is spoken here: say Tus-Resumable: {version}", version=VERSION)
    return problem(412, said, headers=_ABOUT)


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise _invalid(name, say("field.bytes", "is a number of bytes, and has to be there"))
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Return the pairs of Upload-Metadata: `name base64, …`. Raises InvalidRequest."""
    pairs = (pair.strip().partition(" ") for pair in header.split(",") if pair.strip())
    return {
        name.lower(): _base64("upload-metadata", value).decode("utf-8", "replace") for name, _, value in pairs
    }


def _base64(name: str, text: str) -> bytes:
    try:
        return b64decode(text.strip(), validate=True)
    except (Base64Error, ValueError):
        raise _invalid(name, say("field.not_base64", "is not in base64")) from None


def _checked(message: Any) -> Any:
    """Return the message. Raises InvalidRequest where it is out of bounds."""
    assert isinstance(message, Message)
    if problems := list(problems_of(message)):
        raise InvalidRequest(problems)
    return message


def _invalid(field: str, sentence: Sentence) -> InvalidRequest:
    return InvalidRequest([FieldProblem(field, sentence)])
