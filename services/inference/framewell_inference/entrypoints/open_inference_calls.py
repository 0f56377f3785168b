"""What a request of the Open Inference Protocol asks of its run, and how a failure is answered."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import (
    Call,
    CallEndedError,
    ModelBusyError,
    Priority,
    RunEndedError,
    RunFailedError,
    TimeLimitError,
)
from framewell_kit.outcomes import Forbidden, NotFound, Outcome
from framewell_kit.telemetry import logger

log = logger(__name__)

PRIORITIES: Final = {0: Priority.BATCH, 1: Priority.LIVE, 2: Priority.ARCHIVE}
"""The protocol's `priority`: 0 is the default, 1 the highest; every larger number is batch work."""

_SEQUENCES: Final = ("sequence_id", "sequence_start", "sequence_end")

_NO_DEADLINE_SECONDS: Final = 365 * 24 * 3600.0

_LONGEST_MICROSECONDS: Final = 24 * 3600 * 1_000_000

DOMAIN: Final = "framewell"
TIME_LIMIT: Final = "time_limit"
"""Reason of the ErrorInfo that tells the model's own limit from the caller's deadline."""


def call_of(request: oip.ModelInferRequest, seconds_left: float | None) -> Call:
    """Return the call of a request, from its parameters `priority` and `timeout` (in microseconds).

    The deadline is the earlier one of the timeout's and the stream's or call's own. Raises InvalidInputError
    for values that are none, and for parameters that ask for what is not served.
    """
    for name in _SEQUENCES:
        if name in request.parameters:
            raise InvalidInputError(
                f"{name}: models keep no state between requests, sequences are not served"
            )
    timeout = _whole(request, "timeout")
    if timeout > _LONGEST_MICROSECONDS:
        raise InvalidInputError(f"timeout: {timeout} microseconds are more than a day")
    # Of a call without a deadline gRPC says that centuries are left.
    times = [seconds_left] if seconds_left is not None and seconds_left < _NO_DEADLINE_SECONDS else []
    if timeout:
        times.append(timeout / 1_000_000)
    priority = PRIORITIES.get(_whole(request, "priority"), Priority.BATCH)
    return Call(priority, time.monotonic() + min(times) if times else None, patient=False)


def _whole(request: oip.ModelInferRequest, name: str) -> int:
    if name not in request.parameters:
        return 0
    given = request.parameters[name]
    kind = given.WhichOneof("parameter_choice")
    if kind not in {"int64_param", "uint64_param"} or getattr(given, kind) < 0:
        raise InvalidInputError(f"{name} is a whole number from 0")
    return int(getattr(given, kind))


@dataclass(frozen=True, slots=True)
class Failure:
    """How a failed request is answered. Holds nothing of the inside: no path, no trace."""

    code: grpc.StatusCode
    reason: str
    retry_after: float | None = None
    kind: str = ""
    request_id: str = ""

    def status(self) -> grpc.Status:
        """Return the failure as the status of a call, with `google.rpc` details."""
        details: list[Message] = []
        if self.retry_after is not None:
            details.append(RetryInfo(retry_delay=_duration(self.retry_after)))
        if self.kind:
            details.append(ErrorInfo(reason=self.kind, domain=DOMAIN))
        if self.request_id:
            details.append(RequestInfo(request_id=self.request_id))
        packed = []
        for detail in details:
            wrapped = AnyMessage()
            wrapped.Pack(detail)
            packed.append(wrapped)
        number = Code.Value(self.code.name)
        return rpc_status.to_status(Status(code=number, message=self.reason, details=packed))

    def answer(self, request: oip.ModelInferRequest) -> oip.ModelStreamInferResponse:
        """Return the failure as one answer of a stream, which carries the request's id and goes on."""
        response = oip.ModelInferResponse(
            id=request.id, model_name=request.model_name, model_version=request.model_version
        )
        response.parameters["status"].string_param = self.code.name
        if self.retry_after is not None:
            response.parameters["retry_after_ms"].int64_param = max(1, round(self.retry_after * 1000))
        return oip.ModelStreamInferResponse(error_message=self.reason, infer_response=response)


_ANSWERS: Final = (
    (InvalidInputError, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (Forbidden, grpc.StatusCode.PERMISSION_DENIED),
    (ModelBusyError, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (CallEndedError, grpc.StatusCode.CANCELLED),
    (RunEndedError, grpc.StatusCode.DEADLINE_EXCEEDED),
    (RunFailedError, grpc.StatusCode.INTERNAL),
)


def failure_of(error: Exception) -> Failure:
    """Return how a request that ended with this error is answered. What nobody expected is logged."""
    code = next((code for kind, code in _ANSWERS if isinstance(error, kind)), None)
    if code is not None:
        return Failure(
            code,
            error.reason if isinstance(error, Outcome) else str(error),
            retry_after=error.retry_after if isinstance(error, ModelBusyError) else None,
            kind=TIME_LIMIT if isinstance(error, TimeLimitError) else "",
        )
    request_id = uuid4().hex
    log.error("a request of the open inference protocol failed", request=request_id, exc_info=error)
    return Failure(
        grpc.StatusCode.INTERNAL,
        f"the service failed; its log has request {request_id}",
        request_id=request_id,
    )


def end_with(call: Call, context: Any) -> None:
    """End the call when its RPC ends: cancelled, past its deadline, or with a client that vanished."""
    if not context.add_callback(lambda: call.end("the caller has gone")):
        call.end("the caller has gone")


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(int(seconds * 1000))
    return duration
