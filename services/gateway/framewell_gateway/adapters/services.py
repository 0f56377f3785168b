"""The services of the mesh over gRPC: calls carry the gateway's caller, errors come back as outcomes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from framewell.inference.v1.inference_service_pb2 import (
    TryModelRequest,
    TryModelResponse,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell.inference.v1.inference_service_pb2_grpc import InferenceServiceStub
from framewell.ingest.v1.ingest_service_pb2 import (
    AppendUploadRequest,
    AppendUploadResponse,
    UploadRequest,
    UploadResponse,
)
from framewell.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from framewell_contracts.sentences import TEMPLATE, Sentence, say
from framewell_gateway.adapters.caller_metadata import CallerMetadata, Metadata
from framewell_gateway.ports import Away, Method
from framewell_kit.outcomes import Conflict, Forbidden, Gone, NotFound, Outcome, Rejected
from framewell_kit.rpc import is_silent
from framewell_kit.rpc.errors import GONE

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

DEADLINE_SECONDS: Final = 10.0
SLOW_DEADLINE_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 3.0
"""So long a question is waited for before the service is asked whether it is there."""
SIGN_OF_LIFE_SECONDS: Final = 2.0

_REFUSALS: dict[grpc.StatusCode, type[Outcome]] = {
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.INVALID_ARGUMENT: Rejected,
    grpc.StatusCode.OUT_OF_RANGE: Rejected,
    grpc.StatusCode.FAILED_PRECONDITION: Conflict,
    grpc.StatusCode.ALREADY_EXISTS: Conflict,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.PERMISSION_DENIED: Forbidden,
    grpc.StatusCode.UNAUTHENTICATED: Forbidden,
}

_UPLOAD: Final = "/framewell.ingest.v1.IngestService/Upload"
_APPEND_UPLOAD: Final = "/framewell.ingest.v1.IngestService/AppendUpload"
_TRY_MODEL: Final = "/framewell.inference.v1.InferenceService/TryModel"
_UPLOAD_MODEL: Final = "/framewell.inference.v1.InferenceService/UploadModel"

_DETAILS: Final = "grpc-status-details-bin"
"""Where gRPC carries a google.rpc.Status (https://grpc.io/docs/guides/error)."""

_UNREACHED: Final[dict[grpc.StatusCode, str]] = {
    grpc.StatusCode.UNAVAILABLE: say("no_answer_there", "nothing answers at its address"),
    grpc.StatusCode.DEADLINE_EXCEEDED: say("no_answer_in_time", "it did not answer in time"),
}


class RemoteServices:
    """`Services` over gRPC; `connect` returns the channel to a service, asked for at every call."""

    def __init__(self, connect: Callable[[str], grpc.aio.Channel], callers: CallerMetadata) -> None:
        self._connect, self._callers = connect, callers

    async def call(self, method: Method[Q, A], request: Q) -> A:
        """See `Services`. Raises what `answered` raises.

        A person waits for what is read: that a service is silent altogether is said after five seconds.
        """
        seconds = SLOW_DEADLINE_SECONDS if method.slow else DEADLINE_SECONDS
        metadata = self._callers.of(method.service, path_of(method))
        channel = self._connect(method.service)
        under_way = answered(method.service, call(channel, method, request, seconds, metadata))
        return await (_unless_silent(method.service, channel, under_way) if method.repeatable else under_way)

    async def stream(self, method: Method[Q, A], request: Q) -> AsyncIterator[A]:
        """See `Services`. Raises what `answered` raises."""
        ask: grpc.aio.UnaryStreamMultiCallable[Q, A] = self._connect(method.service).unary_stream(
            path_of(method),
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        metadata = self._callers.of(method.service, path_of(method))
        try:
            async for answer in ask(request, metadata=metadata):
                yield answer
        except grpc.aio.AioRpcError as error:
            raise _as_outcome(method.service, error) from error

    async def upload(self, parts: AsyncIterator[UploadRequest]) -> UploadResponse:
        """See `Services`."""
        stub = IngestServiceStub(self._connect("ingest"))
        return await answered("ingest", stub.Upload(parts, metadata=self._callers.of("ingest", _UPLOAD)))

    async def upload_model(self, parts: AsyncIterator[UploadModelRequest]) -> UploadModelResponse:
        """See `Services`."""
        stub = InferenceServiceStub(self._connect("inference"))
        metadata = self._callers.of("inference", _UPLOAD_MODEL)
        return await answered("inference", stub.UploadModel(parts, metadata=metadata))

    async def try_model(self, parts: AsyncIterator[TryModelRequest]) -> TryModelResponse:
        """See `Services`."""
        stub = InferenceServiceStub(self._connect("inference"))
        return await answered(
            "inference", stub.TryModel(parts, metadata=self._callers.of("inference", _TRY_MODEL))
        )

    async def append_upload(self, parts: AsyncIterator[AppendUploadRequest]) -> AppendUploadResponse:
        """See `Services`."""
        stub = IngestServiceStub(self._connect("ingest"))
        return await answered(
            "ingest", stub.AppendUpload(parts, metadata=self._callers.of("ingest", _APPEND_UPLOAD))
        )


def path_of(method: Method[Q, A]) -> str:
    """Return the path that gRPC calls a method by: `/package.Service/Method`."""
    service, _, name = method.full_name.rpartition(".")
    return f"/{service}/{name}"


def call(
    channel: grpc.aio.Channel, method: Method[Q, A], request: Q, seconds: float, metadata: Metadata
) -> Awaitable[A]:
    """Call a method through a channel, for whom the metadata say."""
    ask: grpc.aio.UnaryUnaryMultiCallable[Q, A] = channel.unary_unary(
        path_of(method),
        request_serializer=method.request.SerializeToString,
        response_deserializer=method.response.FromString,
    )
    return ask(request, timeout=seconds, metadata=metadata)


async def answered(service: str, under_way: Awaitable[A]) -> A:
    """Return the answer of a call. Raises an Outcome when the service refuses, Away when it is away."""
    try:
        return await under_way
    except grpc.aio.AioRpcError as error:
        raise _as_outcome(service, error) from error


async def _unless_silent(service: str, channel: grpc.aio.Channel, under_way: Coroutine[Any, Any, A]) -> A:
    """Return the answer under way. Raises Away when the service shows no sign of life, and what it raises."""
    answer = asyncio.create_task(under_way)
    try:
        await asyncio.wait({answer}, timeout=PATIENCE_SECONDS)
        if not answer.done() and await is_silent(channel, SIGN_OF_LIFE_SECONDS) and not answer.done():
            raise Away(service, _UNREACHED[grpc.StatusCode.DEADLINE_EXCEEDED])
        return await answer
    finally:
        answer.cancel()


def _as_outcome(service: str, error: grpc.aio.AioRpcError) -> Exception:
    info = _info(error)
    detail, word = _worded(error.details() or error.code().name.lower(), info), str(info.reason)
    kind = _REFUSALS.get(error.code())
    if kind is Rejected:
        return Rejected(detail, code=word)
    if kind is Conflict and word == GONE:
        return Gone(detail)
    if kind is not None:
        return kind(detail, code=word)
    if error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return Away(service, say("not_offered", "it does not offer this yet"))
    return Away(service, _UNREACHED.get(error.code(), detail) if _is_of_grpc(detail) else detail)


def _info(error: grpc.aio.AioRpcError) -> ErrorInfo:
    """Return what a service says of its refusal for programs; an empty one where it says nothing."""
    info = ErrorInfo()
    for key, value in error.trailing_metadata():
        if key == _DETAILS and any(detail.Unpack(info) for detail in Status.FromString(value).details):
            return info
    return ErrorInfo()


def _worded(detail: str, info: ErrorInfo) -> str:
    """Return the sentence of a refusal with its wording, where the service sent one."""
    params = dict(info.metadata)
    template = params.pop(TEMPLATE, "")
    return Sentence(detail, template, params) if template else detail


def _is_of_grpc(detail: str) -> bool:
    """Return whether gRPC itself says so, because no service had a say."""
    return detail.startswith(("failed to connect", "Deadline Exceeded", "Socket closed", "Connection reset"))
