"""A request of REST as a value, and what sends one."""

from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

Content = bytes | Iterable[bytes] | AsyncIterable[bytes]
"""The bytes of a body that is no document. A blocking client takes no asynchronous ones."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: everything that is None in it is not sent."""

    verb: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    content: Content | None = None
    media_type: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return what httpx takes beside method and path."""
        headers = {name: str(value) for name, value in self.headers.items() if value is not None}
        if self.media_type:
            headers["content-type"] = self.media_type
        sent: dict[str, Any] = {
            "params": {name: value for name, value in self.query.items() if value is not None},
            "headers": headers,
        }
        if self.json is not None:
            sent["json"] = self.json
        if self.content is not None:
            sent["content"] = self.content
        return sent


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no document: a picture, a playlist, the bytes of an object."""

    content: bytes
    media_type: str
    headers: Mapping[str, str]


class Transport(Protocol):
    """Sends requests, and blocks until the answer is there.

    Raises Unreachable when nothing answers and Refused when the answer is a problem.
    """

    def document(self, request: Request) -> Any:
        """Return the document that answers a request."""

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request whose answer is no document."""


class AsyncTransport(Protocol):
    """The same without blocking."""

    async def document(self, request: Request) -> Any:
        """Return the document that answers a request."""

    async def answer(self, request: Request) -> Answer:
        """Return the answer to a request whose answer is no document."""


def part(identifier: str) -> str:
    """Quote an id as one part of a path, whatever is in it."""
    return quote(identifier, safe="", errors="surrogateescape")


def path(several: str) -> str:
    """Quote the parts of a path, each for itself."""
    return "/".join(map(part, several.split("/")))
