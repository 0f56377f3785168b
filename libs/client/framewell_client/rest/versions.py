"""The version of what was read, so that a change is made of that one and no other."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
D = TypeVar("D")

_ASKED_FOR: ContextVar[list[str] | None] = ContextVar("asked_for", default=None)


def with_etag(operation: Callable[P, D], /, *given: P.args, **named: P.kwargs) -> tuple[D, str]:
    """Return what an operation that reads answers, and its ETag, for `if_match` of a change.

        seen, etag = with_etag(gateway.rest.get_webhook, webhook_id)
        gateway.rest.update_webhook(webhook_id, {"active": False}, if_match=etag)

    The change raises Refused, with status 412, when somebody else was first. The ETag is empty where an
    answer has none.
    """
    with _etags() as found:
        document = operation(*given, **named)
    return document, found[-1] if found else ""


async def with_etag_of(
    operation: Callable[P, Awaitable[D]], /, *given: P.args, **named: P.kwargs
) -> tuple[D, str]:
    """Return the same of an operation of `AsyncGateway.rest`."""
    with _etags() as found:
        document = await operation(*given, **named)
    return document, found[-1] if found else ""


def note(headers: Mapping[str, str]) -> None:
    """Keep the ETag of an answer, if this call asked for it."""
    found = _ASKED_FOR.get()
    if found is not None:
        found.append(headers.get("etag", ""))


@contextmanager
def _etags() -> Iterator[list[str]]:
    found: list[str] = []
    token = _ASKED_FOR.set(found)
    try:
        yield found
    finally:
        _ASKED_FOR.reset(token)
