"""The protocol as this end speaks it: `h2` with our settings, its errors as ours, and our own goodbye."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame
from uvicorn.server import ServerState

from framewell_gateway.entrypoints.http2.frame_meter import MOST_FRAME_BYTES, MOST_HEADER_BYTES
from framewell_gateway.entrypoints.http2.places import Places
from framewell_gateway.entrypoints.http2.streams import Http2Stream, StreamLost

MOST_STREAMS: Final = 256
STREAM_WINDOW_BYTES: Final = 1 << 20
CONNECTION_WINDOW_BYTES: Final = 8 << 20
"""What a connection may hold in memory of bodies that nobody has read yet."""

HEADER_TABLE_BYTES: Final = 4096
"""What the encoder remembers of what it sent, however much the other end offers to remember."""


@dataclass(frozen=True, slots=True)
class Served:
    """What answers the requests of every connection, and what the web server knows of them all."""

    answer: Callable[[Http2Stream], Awaitable[None]]
    state: ServerState
    places: Places = field(default_factory=Places)


def server_side() -> H2Connection:
    """Return the state of a connection whose first words, this end's settings, wait to be sent."""
    protocol = H2Connection(H2Configuration(client_side=False, header_encoding=None))
    settings = {
        SettingCodes.MAX_CONCURRENT_STREAMS: MOST_STREAMS,
        SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW_BYTES,
        SettingCodes.MAX_FRAME_SIZE: MOST_FRAME_BYTES,
        SettingCodes.MAX_HEADER_LIST_SIZE: MOST_HEADER_BYTES,
        SettingCodes.ENABLE_CONNECT_PROTOCOL: 0,
    }
    protocol.local_settings = Settings(client=False, initial_values=settings)
    protocol.max_inbound_frame_size = MOST_FRAME_BYTES
    protocol.decoder.max_header_list_size = MOST_HEADER_BYTES
    protocol.initiate_connection()
    protocol.increment_flow_control_window(CONNECTION_WINDOW_BYTES - 65_535)
    return protocol


def goodbye(protocol: H2Connection, code: ErrorCodes, sentence: str) -> bytes:
    """Return the frame that names the last request which is answered.

    `h2` does not learn of it: it would send nothing any more, not even the answers that are under way.
    """
    frame = GoAwayFrame(0, protocol.highest_inbound_stream_id, int(code), sentence.encode()[:500])
    return frame.serialize()


def reason_of(error: H2Error) -> str:
    """Return what is wrong in words; of some errors `h2` says the number of a stream alone."""
    said = str(error)
    return f"a frame came for stream {said}, which has ended or never was" if said.isdigit() else said


@contextmanager
def lost_where_ended() -> Iterator[None]:
    """Raise StreamLost where `h2` takes nothing more on a stream, since it or its connection has ended."""
    try:
        yield
    except H2Error as error:
        raise StreamLost from error
