"""Which frames of a connection are too many, before anything is done about them.

`h2` keeps the protocol, and takes whatever it allows: thousands of pings, settings, resets or empty frames a
second (CVE-2019-9512 to 9518, CVE-2023-44487), and header blocks in pieces that never end (CVE-2024-27983).
Heads of frames are read here first: nine bytes each, without a copy of what is in them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MOST_FRAME_BYTES: Final = 64 << 10
MOST_HEADER_BYTES: Final = 64 << 10
"""Of the headers of one request, compressed as they come and as they are meant; as over HTTP/1.1."""

_HEAD_BYTES: Final = 9
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _CONTINUATION = 0, 1, 3, 4, 9
_END_STREAM, _END_HEADERS = 0x1, 0x4
# A header block in pieces of 16 KiB, as everybody sends them, takes four.
_MOST_CONTINUATIONS: Final = 16
_CREDIT_OF_HEADERS: Final = 8


class Flood(Exception):
    """The other end sends more of something than anybody needs; the text says of what."""


class FrameTooLarge(Exception):
    """A frame is longer than the settings of this end let it be."""


@dataclass(slots=True)
class Allowance:
    """Something that refills: `most` at first and at most, `a_second` more with every second."""

    most: float
    a_second: float
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.most, self.clock()

    def spend(self, cost: float) -> bool:
        """Take the cost; return False, and take nothing, when less is left."""
        if self._left < cost:
            now = self.clock()
            self._left = min(self.most, self._left + (now - self._at) * self.a_second)
            self._at = now
        if self._left < cost:
            return False
        self._left -= cost
        return True

    def earn(self, credit: float) -> None:
        """Give some back, as far as there is room for it."""
        self._left = min(self.most, self._left + credit)


class FrameMeter:
    """Reads the heads of the frames of one connection as their bytes arrive.

    Frames that carry nothing cost something; requests, data, and what is sent to the other end, which it has
    to acknowledge, earn it back: whoever transfers a lot may say a lot about it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._preface_left = len(PREFACE)
        self._payload_left = 0
        self._head = b""
        self._block_bytes = self._block_frames = 0
        self._in_block = False
        self._control = Allowance(1000, 50, clock)
        self._resets = Allowance(500, 20, clock)
        self.head_since: float | None = None
        """When the headers began that have not ended yet, or a head of a frame; None between them."""

    def take(self, data: bytes) -> None:
        """Go through what arrived. Raises Flood and FrameTooLarge; the connection is of no use afterwards."""
        at, end = 0, len(data)
        while at < end:
            if self._preface_left or self._payload_left:
                at += self._skip(end - at)
                continue
            missing = _HEAD_BYTES - len(self._head)
            self._head += data[at : at + missing]
            at += missing
            if len(self._head) == _HEAD_BYTES:
                head, self._head = self._head, b""
                self._frame(int.from_bytes(head[:3]), head[3], head[4])
        if not (self._in_block or self._head):
            self.head_since = None
        elif self.head_since is None:
            self.head_since = self._clock()

    def sent(self, data_frames: int) -> None:
        """Note frames of data that were sent: their receiver gives the room for more back, frame by frame."""
        self._control.earn(2 * data_frames)

    def reset_here(self) -> None:
        """Note a stream that this end had to reset for what the other sent (CVE-2025-8671). Raises Flood."""
        if not self._resets.spend(1):
            raise Flood("too many streams that break the protocol")

    def _skip(self, available: int) -> int:
        if self._preface_left:
            step = min(self._preface_left, available)
            self._preface_left -= step
        else:
            step = min(self._payload_left, available)
            self._payload_left -= step
        return step

    def _frame(self, length: int, kind: int, flags: int) -> None:
        if length > MOST_FRAME_BYTES:
            raise FrameTooLarge(f"a frame may take {MOST_FRAME_BYTES} bytes")
        self._payload_left = length
        if kind in (_HEADERS, _CONTINUATION):
            self._headers(length, kind, ends=bool(flags & _END_HEADERS))
        elif kind == _DATA and (length or flags & _END_STREAM):
            self._control.earn(1)
        elif kind == _RST_STREAM:
            if not self._resets.spend(1):
                raise Flood("too many requests that are taken back at once")
        elif not self._control.spend(10 if kind == _SETTINGS else 1):
            raise Flood("too many frames that carry nothing")

    def _headers(self, length: int, kind: int, *, ends: bool) -> None:
        if kind == _HEADERS:
            self._block_bytes = self._block_frames = 0
            self._control.earn(_CREDIT_OF_HEADERS)
        self._block_bytes += length
        self._block_frames += 1
        self._in_block = not ends
        if self._block_bytes > MOST_HEADER_BYTES or self._block_frames > _MOST_CONTINUATIONS:
            raise Flood("the headers of a request, or the metadata of a call, may take 64 KiB")
