"""From the outcome of a call to a gRPC status with `google.rpc` details.

| outcome | status | details |
|---|---|---|
| Rejected | INVALID_ARGUMENT | |
| NotFound | NOT_FOUND | |
| Gone | FAILED_PRECONDITION | ErrorInfo (`gone`) |
| Conflict | FAILED_PRECONDITION | |
| NotYet | FAILED_PRECONDITION | RetryInfo |
| Busy | UNAVAILABLE | RetryInfo |
| Unauthenticated | UNAUTHENTICATED | |
| NotAllowed, Forbidden | PERMISSION_DENIED | |
| any other exception | INTERNAL: the request id, and nothing of the inside | |

An outcome with a code has it as the reason of an ErrorInfo, whatever its kind. Where its sentence was made
from a template, the metadata have the code of that under `template`, and what stands in its places.

A status travels in trailing metadata, of which gRPC takes 8 KiB: a sentence that repeats what somebody sent
is cut before it would cost the caller the whole answer, and what it was made of is then left out.
"""

from typing import Final

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from framewell_contracts.sentences import TEMPLATE, wording_of
from framewell_kit.outcomes import Busy, Conflict, Forbidden, Gone, NotFound, NotYet, Outcome, Rejected
from framewell_kit.rpc.refusals import Unauthenticated

ERROR_DOMAIN = "framewell"
GONE = "gone"
"""Reason of the ErrorInfo that tells what is gone from every other failed precondition."""

_MOST_BYTES: Final = 1500
"""Of a sentence, which travels twice, once with three characters a byte; and of what it was made of."""

_CODES: tuple[tuple[type[Outcome], grpc.StatusCode], ...] = (
    (Rejected, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFound, grpc.StatusCode.NOT_FOUND),
    (Gone, grpc.StatusCode.FAILED_PRECONDITION),
    (Conflict, grpc.StatusCode.FAILED_PRECONDITION),
    (NotYet, grpc.StatusCode.FAILED_PRECONDITION),
    (Busy, grpc.StatusCode.UNAVAILABLE),
    (Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (Forbidden, grpc.StatusCode.PERMISSION_DENIED),
)


def status_of(error: Exception, request_id: str) -> grpc.Status:
    """Return the status that answers a call which ended with this error."""
    details: list[Message] = [RequestInfo(request_id=request_id)]
    word = error.code if isinstance(error, Outcome) else ""
    if word or isinstance(error, Gone):
        info = ErrorInfo(reason=GONE if isinstance(error, Gone) else word, domain=ERROR_DOMAIN)
        wording = wording_of(error.reason) if isinstance(error, Outcome) else None
        if wording is not None and wording.ByteSize() <= _MOST_BYTES:
            info.metadata.update({**wording.params, TEMPLATE: wording.template})
        details.append(info)
    if isinstance(error, (Busy, NotYet)):
        details.append(RetryInfo(retry_delay=_duration(error.retry_after)))
    code = next((code for kind, code in _CODES if isinstance(error, kind)), grpc.StatusCode.INTERNAL)
    message = (
        error.reason
        if isinstance(error, Outcome)
        else f"the service failed; its log has request {request_id}"
    )
    packed = []
    for detail in details:
        wrapped = AnyMessage()
        wrapped.Pack(detail)
        packed.append(wrapped)
    return rpc_status.to_status(Status(code=code.value[0], message=_cut(str(message)), details=packed))


def _cut(text: str) -> str:
    """Return a text that fits into a status."""
    whole = text.encode("utf-8", "replace")
    if len(whole) <= _MOST_BYTES:
        return text
    return whole[:_MOST_BYTES].decode("utf-8", "ignore") + "…"


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(int(seconds * 1000))
    return duration
