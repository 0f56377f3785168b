"""One HTTP/2 connection: its frames on hyper-h2, its bounds, and a task for every request.

The protocol itself is `h2`'s, a library without input and output. What was looked at beside it: hypercorn
stands on it too, but stops a whole connection for one body that nobody reads, and bounds neither resets nor
frames that carry nothing; uvicorn's own HTTP/2 needs a parser of this year (zttp 0.0.35), whose windows stay
at 64 KiB and do not wait for the application. gRPC needs windows that open as each stream is read; so streams
are kept here, beside uvicorn's HTTP/1.1, and gRPC is passed on from them without ASGI between.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from h2 import events
from h2.errors import ErrorCodes
from h2.exceptions import H2Error
from h2.settings import SettingCodes
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl

from framewell_gateway.entrypoints.http2.frame_meter import Flood, FrameMeter, FrameTooLarge
from framewell_gateway.entrypoints.http2.places import TOO_MANY
from framewell_gateway.entrypoints.http2.protocol import (
    HEADER_TABLE_BYTES,
    MOST_STREAMS,
    Served,
    goodbye,
    lost_where_ended,
    reason_of,
    server_side,
)
from framewell_gateway.entrypoints.http2.streams import Header, Http2Stream
from framewell_kit.telemetry import logger

_MOST_UNREAD_ANSWERS: Final = 4 << 20
_WRITE_BYTES: Final = 64 << 10
_LINGER_SECONDS: Final = 1.0

log = logger(__name__)


class Http2Connection(asyncio.Protocol):
    """Serves one connection until either end closes it."""

    head_seconds = 10.0
    """For the beginning of a connection, and for the headers of a request from their first byte on."""
    idle_seconds = 300.0
    """How long a connection stays without a request."""
    quiet_seconds = 60.0
    """After which the other end of a connection with requests is asked whether it is there."""
    write_stall_seconds = 300.0
    """How long a receiver may make no room for an answer."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._h2 = server_side()
        self._meter = FrameMeter()
        self._streams: dict[int, Http2Stream] = {}
        self._transport: Any = None
        self._write_paused = self._settled = self._refused = self._stopping = False
        self._pinged = self._flushing = False
        self._running = self._unwritten = 0
        self._heard = self._idle_since = time.monotonic()
        self._clock: asyncio.TimerHandle | None = None
        self._leave: Callable[[], None] | None = None
        self.client: tuple[str, int] | None = None
        self.server: tuple[str, int | None] | None = None
        self.scheme = "http"

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with this end's settings."""
        self._transport = transport
        self._served.state.connections.add(self)  # type: ignore[arg-type]
        self.client, self.server = get_remote_addr(self._transport), get_local_addr(self._transport)
        self.scheme = "https" if is_ssl(self._transport) else "http"
        self._flush()
        self._tick()
        self._leave = self._served.places.take(self.client)
        if self._leave is None:
            self._write()  # the settings come first: what comes before them is no HTTP/2
            self._refuse(ErrorCodes.ENHANCE_YOUR_CALM, TOO_MANY)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell every request that nobody waits for its answer any more."""
        self._served.state.connections.discard(self)
        if self._leave is not None:
            self._leave()
        if self._clock is not None:
            self._clock.cancel()
        for stream in self._streams.values():
            stream.lose()

    def data_received(self, data: bytes) -> None:
        """Take frames, within bounds."""
        if self._refused:
            return
        self._heard, self._pinged = time.monotonic(), False
        try:
            self._meter.take(data)
            for event in self._h2.receive_data(data):
                self._handle(event)
        except Flood as flood:
            self._refuse(ErrorCodes.ENHANCE_YOUR_CALM, str(flood))
        except FrameTooLarge as error:
            self._refuse(ErrorCodes.FRAME_SIZE_ERROR, str(error))
        except H2Error as error:
            self._refuse(getattr(error, "error_code", ErrorCodes.PROTOCOL_ERROR), reason_of(error))
        else:
            self._flush()
            if self._transport.get_write_buffer_size() > _MOST_UNREAD_ANSWERS:
                self._transport.abort()

    def eof_received(self) -> bool:
        """Close: whoever sends no more cannot acknowledge an answer either."""
        return False

    def pause_writing(self) -> None:
        """Hold data back until what was sent is on its way."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Let every stream go on."""
        self._write_paused = False
        self._wake_all()

    def shutdown(self) -> None:
        """Take no more requests, and close when those under way are answered."""
        if not self._stopping and not self._transport.is_closing() and not self._refused:
            self._write()
            self._transport.write(goodbye(self._h2, ErrorCodes.NO_ERROR, ""))
        self._stopping = True
        self._close_if_done()

    # The streams' side: see `streams.Connection`.

    def room(self, stream_id: int) -> int:
        if self._write_paused:
            return 0
        with lost_where_ended():
            return self._h2.local_flow_control_window(stream_id)

    def send_headers(self, stream_id: int, headers: Iterable[Header], *, end: bool) -> None:
        with lost_where_ended():
            self._h2.send_headers(stream_id, headers, end_stream=end)
        self._flush()

    def send_data(self, stream_id: int, data: memoryview, *, end: bool) -> None:
        size, frames, sent = self._h2.max_outbound_frame_size, 0, len(data)
        with lost_where_ended():
            while data or not frames:
                piece, data = data[:size], data[size:]
                self._h2.send_data(stream_id, bytes(piece), end_stream=end and not data)
                frames += 1
        self._meter.sent(frames)
        self._flush(sent)

    def acknowledge(self, stream_id: int, size: int) -> None:
        if not self._refused:
            with suppress(H2Error):
                self._h2.acknowledge_received_data(size, stream_id)
            self._flush()

    def reset(self, stream_id: int, code: ErrorCodes) -> None:
        if not self._refused and not self._transport.is_closing():
            with suppress(H2Error):  # it has ended, or the connection has
                self._h2.reset_stream(stream_id, code)
            self._flush()

    def _handle(self, event: events.Event) -> None:
        match event:
            case events.DataReceived():
                self._data(event)
            case events.RequestReceived():
                self._request(event)
            case events.StreamEnded() if stream := self._streams.get(event.stream_id):
                stream.received_end()
            case events.StreamReset():
                self._lost(event)
            case events.WindowUpdated() if event.stream_id == 0:
                self._wake_all()
            case events.WindowUpdated() if stream := self._streams.get(event.stream_id or 0):
                stream.may_send()
            case events.RemoteSettingsChanged():
                self._settings(event)
            case events.ConnectionTerminated():
                self._left()

    def _data(self, event: events.DataReceived) -> None:
        size = event.flow_controlled_length or 0
        if stream := self._streams.get(event.stream_id or 0):
            stream.received(event.data or b"", size)
        elif size:
            self._h2.acknowledge_received_data(size, event.stream_id or 0)

    def _request(self, event: events.RequestReceived) -> None:
        stream_id = event.stream_id or 0
        # Requests that were taken back may still be running: they count until they have ended.
        if self._stopping or self._running >= MOST_STREAMS:
            self.reset(stream_id, ErrorCodes.REFUSED_STREAM)
            return
        stream = self._streams[stream_id] = Http2Stream(self, stream_id, list(event.headers or ()))
        self._running += 1
        task = asyncio.get_running_loop().create_task(self._answer(stream))
        self._served.state.tasks.add(task)
        task.add_done_callback(self._served.state.tasks.discard)

    async def _answer(self, stream: Http2Stream) -> None:
        try:
            await self._served.answer(stream)
        finally:
            self._served.state.total_requests += 1
            self._running -= 1
            self._streams.pop(stream.id, None)
            if not self._transport.is_closing():
                stream.finish()
            self._idle_since = time.monotonic()
            self._close_if_done()

    def _lost(self, event: events.StreamReset) -> None:
        stream = self._streams.pop(event.stream_id or 0, None)
        if stream is None:
            return  # what was on its way when it ended
        stream.lose()
        if not event.remote_reset:  # h2 did it, since the other end sent what does not belong there
            self._meter.reset_here()

    def _settings(self, event: events.RemoteSettingsChanged) -> None:
        self._settled = True
        if SettingCodes.HEADER_TABLE_SIZE in event.changed_settings:
            self._h2.encoder.header_table_size = min(
                self._h2.remote_settings.header_table_size, HEADER_TABLE_BYTES
            )
        self._wake_all()  # windows may have grown

    def _left(self) -> None:
        """Close: after the other end's goodbye `h2` sends nothing more, and who says it waits for nothing."""
        for stream in list(self._streams.values()):
            stream.lose()
        self._transport.close()

    def _tick(self) -> None:
        """Look now and then at what may not last."""
        now = time.monotonic()
        head_since = self._meter.head_since
        if not self._settled and now - self._idle_since > self.head_seconds:
            self._refuse(ErrorCodes.SETTINGS_TIMEOUT, "the settings of the connection did not arrive")
        elif head_since is not None and now - head_since > self.head_seconds:
            self._refuse(ErrorCodes.ENHANCE_YOUR_CALM, "the headers of a request do not arrive")
        elif not self._running and now - self._idle_since > self.idle_seconds:
            self.shutdown()
        elif self._running and now - self._heard > self.quiet_seconds:
            self._ask_whether_it_is_there()
        seconds = min(self.head_seconds, self.idle_seconds, self.quiet_seconds) / 4
        self._clock = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _ask_whether_it_is_there(self) -> None:
        if self._pinged and time.monotonic() - self._heard > 1.5 * self.quiet_seconds:
            self._transport.abort()
        elif not self._pinged:
            self._pinged = True
            self._h2.ping(b"framewel")
            self._flush()

    def _refuse(self, code: ErrorCodes, sentence: str) -> None:
        """End the connection with a sentence, and read on for a moment that it is not lost to a reset."""
        if self._refused:
            return
        self._refused = True
        log.info("a connection was closed for what it sent", reason=sentence, client=self.client)
        for stream in list(self._streams.values()):
            stream.lose()
        self._transport.write(goodbye(self._h2, code, sentence))
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.close)

    def _close_if_done(self) -> None:
        if self._stopping and not self._running and not self._transport.is_closing():
            self._write()
            self._transport.close()

    def _wake_all(self) -> None:
        for stream in self._streams.values():
            stream.may_send()

    def _flush(self, size: int = 0) -> None:
        """Write what there is before the loop turns once more: frames of a turn leave together."""
        self._unwritten += size
        if self._unwritten >= _WRITE_BYTES:
            self._write()
        elif not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        self._flushing, self._unwritten = False, 0
        if (data := self._h2.data_to_send()) and not (self._refused or self._transport.is_closing()):
            self._transport.write(data)
