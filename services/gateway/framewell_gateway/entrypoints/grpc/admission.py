"""Who may call over gRPC: whom REST would let in by a header, and no page of another origin."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import LOCAL, Principal, is_loopback
from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_gateway.ports.access import TooMany, Unauthenticated
from framewell_gateway.ports.relay import CallEnd, Code
from framewell_kit.outcomes import Forbidden
from framewell_kit.rpc import refusals

Admit = Callable[[Mapping[str, str], str], Awaitable[Principal]]
"""Who makes a call with these headers from this address. Raises an Outcome when the call is not admitted."""


def guarded(admit: Admit) -> Admit:
    """Return the same for callers that may be browsers, against what web pages can make them do.

    A page is no gRPC client: whatever names an origin is refused. And where everybody of this machine is
    trusted, it has to be asked for as this machine, or a page's own name could lead here (DNS rebinding).
    It raises CallRefused and Outcomes that the kit has a status for.
    """

    async def admitted(headers: Mapping[str, str], source: str) -> Principal:
        if "origin" in headers:
            raise Forbidden(
                say("web_page", "gRPC is not for web pages: use REST, which is at the same address")
            )
        try:
            principal = await admit(headers, source)
        except Unauthenticated as unknown:
            raise refusals.Unauthenticated(unknown.reason, unknown.code) from None
        except TooMany as too_many:
            raise _later(too_many) from None
        if principal.authority == LOCAL.authority and not is_loopback(_host(headers.get(":authority", ""))):
            raise Forbidden(
                say("other_machine.grpc", "this gateway serves its own machine only: ask for it as 127.0.0.1")
            )
        return principal

    return admitted


def _later(too_many: TooMany) -> CallRefused:
    """Return the refusal of somebody who has to wait, and says for how long."""
    code, detail = Code.RESOURCE_EXHAUSTED, AnyMessage()
    detail.Pack(RetryInfo(retry_delay=Duration(seconds=int(too_many.retry_after) + 1)))
    status = rpc_status.to_status(Status(code=code, message=too_many.reason, details=[detail]))
    refused = CallRefused(code, too_many.reason)
    refused.end = CallEnd(code, too_many.reason, tuple(status.trailing_metadata or ()))
    return refused


def _host(authority: str) -> str:
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""
