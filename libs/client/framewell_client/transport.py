"""Requests over HTTP: answers as they are, problems as errors, streams of events line by line."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from http import HTTPStatus
from json import loads
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from framewell_client.credentials import Credentials
from framewell_client.errors import Refused, Unreachable
from framewell_client.rest.request import Answer, Request
from framewell_client.rest.versions import note
from framewell_client.trust import CA_VARIABLE, tls

_TIMEOUT: Final = httpx.Timeout(75.0, connect=5.0)
# The gateway sends a comment every ten seconds when nothing happens.
_STREAM_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
_LATER: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

BROKEN: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.ReadTimeout)
"""What ends a stream that did answer: the caller connects again."""

Event = tuple[str, dict[str, Any]]
"""The id to resume after, and the event."""


class HttpTransport:
    """Requests to one gateway that block until they are answered.

    Every method raises Unreachable when nothing answers and Refused when the answer is a problem.
    """

    def __init__(self, address: str, credentials: Credentials) -> None:
        self.address = address.rstrip("/")
        self._client = httpx.Client(**_options(self.address, credentials))

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Return the answer to a request; the arguments are those of httpx."""
        try:
            answer = self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise unreachable(self.address, error) from error
        except UnicodeEncodeError as error:
            raise _no_text(error) from error
        return _accepted(answer)

    def document(self, request: Request) -> Any:
        """See `Transport`."""
        return _document(self.send(request.verb, request.path, **request.arguments()))

    def answer(self, request: Request) -> Answer:
        """See `Transport`."""
        return _as_answer(self.send(request.verb, request.path, **request.arguments()))

    def events(self, path: str, last_event_id: str) -> Iterator[Event]:
        """Yield events, each with the id to resume after, until the connection ends (BROKEN, or quietly)."""
        try:
            with self._client.stream("GET", path, **_stream_options(last_event_id)) as answer:
                if answer.is_error:
                    answer.read()
                    raise _stream_refused(answer)
                reader = _Reader()
                for line in answer.iter_lines():
                    yield from reader.read(line)
        except httpx.ConnectError as error:
            raise unreachable(self.address, error) from error


class AsyncHttpTransport:
    """The same for a program that runs in an event loop, and in that loop alone."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        self.address = address.rstrip("/")
        self._client = httpx.AsyncClient(**_options(self.address, credentials))

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Return the answer to a request; the arguments are those of httpx."""
        try:
            answer = await self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise unreachable(self.address, error) from error
        except UnicodeEncodeError as error:
            raise _no_text(error) from error
        return _accepted(answer)

    async def document(self, request: Request) -> Any:
        """See `AsyncTransport`."""
        return _document(await self.send(request.verb, request.path, **request.arguments()))

    async def answer(self, request: Request) -> Answer:
        """See `AsyncTransport`."""
        return _as_answer(await self.send(request.verb, request.path, **request.arguments()))

    async def events(self, path: str, last_event_id: str) -> AsyncIterator[Event]:
        """Yield events, each with the id to resume after, until the connection ends (BROKEN, or quietly)."""
        try:
            async with self._client.stream("GET", path, **_stream_options(last_event_id)) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise _stream_refused(answer)
                reader = _Reader()
                async for line in answer.aiter_lines():
                    for event in reader.read(line):
                        yield event
        except httpx.ConnectError as error:
            raise unreachable(self.address, error) from error


class _Reader:
    """Server-sent events, line by line: the gateway writes the data of an event before its id."""

    def __init__(self) -> None:
        self._event: dict[str, Any] | None = None

    def read(self, line: str) -> Iterable[Event]:
        """Return the event that a line completes."""
        if line.startswith("data: "):
            self._event = loads(line.removeprefix("data: "))
        elif line.startswith("id: ") and self._event is not None:
            event, self._event = self._event, None
            return ((line.removeprefix("id: "), event),)
        return ()


def unreachable(address: str, error: Exception) -> Unreachable:
    """Return the error for a gateway that does not answer."""
    reason = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        way_out = f"name the authority that vouches for it in {CA_VARIABLE}, a PEM file"
        return Unreachable(f"the gateway at {address} does not prove who it is ({reason}): {way_out}")
    return Unreachable(f"the mesh cannot be reached at {address} ({reason}): is it up? 'framewell status'")


def _options(address: str, credentials: Credentials) -> dict[str, Any]:
    return {
        "base_url": address,
        **({"verify": tls(credentials.ca)} if address.startswith("https:") else {}),
        "headers": {"accept": "application/json", **credentials.headers()},
        "timeout": _TIMEOUT,
        # A proxy of the environment is for the internet, not for this machine.
        "trust_env": (urlsplit(address).hostname or "") not in {"127.0.0.1", "::1", "localhost"},
    }


def _stream_options(last_event_id: str) -> dict[str, Any]:
    return {
        "headers": {"accept": "text/event-stream", "last-event-id": last_event_id},
        "timeout": _STREAM_TIMEOUT,
    }


def _accepted(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise Refused(answer.status_code, _problem(answer))
    return answer


def _document(answer: httpx.Response) -> Any:
    note(answer.headers)
    return answer.json()


def _as_answer(answer: httpx.Response) -> Answer:
    return Answer(answer.content, answer.headers.get("content-type", ""), answer.headers)


def _stream_refused(answer: httpx.Response) -> Refused | Unreachable:
    refused = Refused(answer.status_code, _problem(answer))
    return Unreachable(str(refused)) if answer.status_code in _LATER else refused


def _no_text(error: UnicodeEncodeError) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, {"detail": f"no text in UTF-8: {error.object[:80]!r}"})


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {"detail": f"{answer.request.url} answered {answer.status_code} {answer.reason_phrase}"}
    return problem if isinstance(problem, dict) else {}
