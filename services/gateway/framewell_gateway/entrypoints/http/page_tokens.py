"""Page tokens that belong to one list with its filters: one of another list goes no further than here.

What a service gives is its own place in a list; two lists in order of time have places that look alike. So
the token of REST begins with a mark of operation and filters, and without the right one it is refused.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from google.protobuf.message import Message

from framewell_contracts.sentences import say
from framewell_kit.outcomes import Rejected

_MARK_CHARACTERS: Final = 8
_PAGING: Final = ("page_size", "page_token")

_mark_of_request: ContextVar[str] = ContextVar("mark_of_request", default="")


@contextmanager
def of_list(operation: str, asked: Any) -> Iterator[None]:
    """Take the mark off the page token of a request; within, `mark` puts it on the token of the answer.

    Raises Rejected (code `bad_page_token`) for a token of another list, of other filters or of no list.
    """
    mark = _mark(operation, asked)
    if asked.page_token:
        found, _, place = asked.page_token.partition(".")
        if found != mark or not place:
            raise Rejected(
                say(
                    "bad_page_token.filters",
                    "the page token {token} is not one that this list gave out with these filters: begin "
                    "without a token",
                    token=f"{asked.page_token[:80]!r}",
                )
            )
        asked.page_token = place
    token = _mark_of_request.set(mark)
    try:
        yield
    finally:
        _mark_of_request.reset(token)


def mark(answer: Any) -> None:
    """Put the mark of the request on the page token of its answer; an answer without one stays as it is."""
    found = _mark_of_request.get()
    if found and "next_page_token" in answer.DESCRIPTOR.fields_by_name and answer.next_page_token:
        answer.next_page_token = f"{found}.{answer.next_page_token}"


def _mark(operation: str, asked: Message) -> str:
    filters = type(asked)()
    filters.CopyFrom(asked)
    for field in _PAGING:
        filters.ClearField(field)
    said = f"{operation}\n".encode() + filters.SerializeToString(deterministic=True)
    return hashlib.sha256(said).hexdigest()[:_MARK_CHARACTERS]
