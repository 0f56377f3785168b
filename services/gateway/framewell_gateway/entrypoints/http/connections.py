"""One connection of the web server, bounded in time wherever its other end may be slow.

uvicorn bounds only the rest between two requests. The head of a request is bounded here; a body that somebody
reads is bounded by `framewell_kit.pace`; one that nobody reads, since its request was answered before, ends
with its connection. hypercorn and gunicorn's workers were considered: they bound the head no better, or by a
process a request.
"""

import sys
from asyncio import BaseTransport, TimerHandle
from typing import Any, Final
from uuid import uuid4

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from framewell_contracts.sentences import say
from framewell_gateway.entrypoints.http.aborting import ABORT
from framewell_gateway.entrypoints.http.observing import REQUEST_ID
from framewell_gateway.entrypoints.http.problems import problem

_REASONS: Final = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class BoundedConnection(H11Protocol):
    """HTTP/1.1 in which a head that does not end, and a body that nobody wants, end the connection.

    What breaks the protocol is refused with problem details, as every other error.
    """

    head_seconds = 10.0
    unread_body_seconds = 5.0

    _overdue: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for the head of the first request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self.app_state = {**self.app_state, ABORT: self.transport.abort}
        self._overdue = self.loop.call_later(self.head_seconds, self._head_is_overdue)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on; the clock of a head or of an unread body runs on until it has ended."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._reads_head():
            if self._overdue is None:
                self._overdue = self.loop.call_later(self.head_seconds, self._head_is_overdue)
        elif not self._body_is_unread():
            self._stop_clock()

    def on_response_complete(self) -> None:
        """Let what was not read of a body arrive for a moment, that the answer is not lost with it."""
        super().on_response_complete()
        if not self.transport.is_closing() and self._body_is_unread():
            self._stop_clock()
            self._overdue = self.loop.call_later(self.unread_body_seconds, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn calls this while it handles h11's error."""
        error = sys.exc_info()[1]
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        if status == 431:
            said = say("too_large.head", "the head of a request, its address and headers, may take 64 KiB")
            self._refuse(431, said)
        else:
            self._refuse(400, say("no_http", "this is no request in HTTP/1.1: {why}", why=msg))

    def _reads_head(self) -> bool:
        return self.conn.their_state is h11.IDLE and self._under_way() is None

    def _body_is_unread(self) -> bool:
        return self.conn.their_state is h11.SEND_BODY and self._under_way() is None

    def _under_way(self) -> RequestResponseCycle | None:
        """Return the request that is being answered."""
        cycle: Any = self.cycle  # None before the first request
        return None if cycle is None or cycle.response_complete else cycle

    def _head_is_overdue(self) -> None:
        self._overdue = None
        if self.conn.trailing_data[0]:
            said = say(
                "head_stalled",
                "the head of the request did not arrive within {seconds} s",
                seconds=f"{self.head_seconds:g}",
            )
            self._refuse(408, said)
        else:
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        """Answer, if an answer can still be given, and close the connection."""
        self._stop_clock()
        if (cycle := self._under_way()) is not None:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        answer = problem(status, detail, headers={REQUEST_ID: str(uuid4()), "connection": "close"})
        start = h11.Response(status_code=status, headers=answer.raw_headers, reason=_REASONS.get(status, b""))
        for event in (start, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _stop_clock(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
