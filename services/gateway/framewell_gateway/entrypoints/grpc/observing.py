"""Every call under one id and one trace, through the services it reaches; how long it took, how it ended."""

import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from opentelemetry.trace import SpanKind

from framewell_gateway.ports.relay import CallEnd, Metadata
from framewell_gateway.telemetry import GRPC_SECONDS
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.telemetry import handling, new_traceparent

REQUEST_ID: Final = "x-request-id"
TRACEPARENT: Final = "traceparent"
_ACCEPTED_ID: Final = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
_ACCEPTED_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_CLOCK: Final = SystemClock()


@dataclass(slots=True)
class ObservedCall:
    """One call under observation."""

    cause: Cause
    method: str = "none"
    """Of a method that is known: what callers make up must not become labels."""
    end: CallEnd | None = None

    @property
    def metadata(self) -> Metadata:
        """Return by which a service knows that its call belongs to this one."""
        return ((REQUEST_ID, self.cause.id), (TRACEPARENT, self.cause.traceparent or new_traceparent()))


@contextmanager
def observed(headers: Mapping[str, str]) -> Iterator[ObservedCall]:
    """Observe a call: take its id and its trace from the caller, or make them."""
    request_id, traceparent = headers.get(REQUEST_ID, ""), headers.get(TRACEPARENT, "")
    cause = Cause(
        id=request_id if _ACCEPTED_ID.fullmatch(request_id) else str(uuid.uuid4()),
        source="grpc",
        type="gRPC",
        time=_CLOCK.now(),
        traceparent=traceparent if _ACCEPTED_TRACEPARENT.fullmatch(traceparent) else new_traceparent(),
    )
    call, started = ObservedCall(cause), time.perf_counter()
    with handling(cause, cause.type, SpanKind.SERVER):
        try:
            yield call
        finally:
            status = call.end.code.name if call.end is not None else "CANCELLED"
            GRPC_SECONDS.record(time.perf_counter() - started, {"method": call.method, "status": status})
