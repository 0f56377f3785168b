"""Every request under one id and one trace, through all services it asks; how long it took, how it failed."""

import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from framewell_contracts.sentences import say
from framewell_gateway.entrypoints.http.problems import problem
from framewell_gateway.telemetry import HTTP_SECONDS, REQUEST_FAILED
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.facts import Cause
from framewell_kit.telemetry import handling, logger, new_traceparent

REQUEST_ID = "x-request-id"
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
_ACCEPTED_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_CUT = say("body_cut", "the connection ended before the body of the request was whole")

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Observed:
    """Takes `x-request-id` and `traceparent` from the caller, or makes them, and gives the id back.

    An exception nobody expected is logged under that id and answered as a problem that says nothing of
    the inside. Somebody who goes away in the middle of a body is none.
    """

    app: ASGIApp
    clock: Clock = field(default_factory=SystemClock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cause = _cause(scope, self.clock.now())
        started, answered = time.perf_counter(), False

        async def send_observed(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                MutableHeaders(scope=message)[REQUEST_ID] = cause.id
                _measure(scope, message["status"], time.perf_counter() - started)
            await send(message)

        with handling(cause, cause.type, SpanKind.SERVER):
            try:
                await self.app(scope, receive, send_observed)
            except ClientDisconnect:
                if answered:
                    raise
                await problem(400, _CUT)(scope, receive, send_observed)
            except Exception:
                log.exception(REQUEST_FAILED, path=scope["path"], request_id=cause.id)
                if answered:
                    raise
                said = say(
                    "gateway_failed",
                    "the gateway failed at this request; its log has request {request_id}",
                    request_id=cause.id,
                )
                await problem(500, said)(scope, receive, send_observed)


def _cause(scope: Scope, now: datetime) -> Cause:
    headers = Headers(scope=scope)
    request_id, traceparent = headers.get(REQUEST_ID, ""), headers.get("traceparent", "")
    return Cause(
        id=request_id if _ACCEPTED_ID.fullmatch(request_id) else str(uuid.uuid4()),
        source="rest",
        type=f"HTTP {scope['method']}",
        time=now,
        traceparent=traceparent if _ACCEPTED_TRACEPARENT.fullmatch(traceparent) else new_traceparent(),
    )


def _measure(scope: Scope, status: int, seconds: float) -> None:
    # The route, not the path: ids must not become labels.
    route = getattr(scope.get("route"), "path", "none")
    HTTP_SECONDS.record(seconds, {"route": route, "method": scope["method"], "status": str(status)})
