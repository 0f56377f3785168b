"""CEA-608 captions: pairs of bytes, a few in every picture or in a track of their own.

They travel as `cc_data` of ATSC A/53 part 4 in user data of MPEG-2 pictures and SEI messages of H.264 and
HEVC, and in tracks `c608` of QuickTime, whose samples libavformat gives as the same triples. Byte pairs
become lines of Scenarist SCC, which ttconv reads. Text mode (T1 to T4), extended data services and the
services of CEA-708 itself, which repeat the captions of CEA-608, are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any, Final

_CC_DATA: Final = b"GA94\x03"
_SEARCHED: Final = 8192
"""User data stands in front of the slices, so the first bytes of a packet are enough."""
_REORDERED: Final = 32
"""Pictures that may wait for their turn: more than any codec reorders."""
_LABEL_RATE: Final = Fraction(30_000, 1001)
_LABELS: Final = 24 * 3600 * 30
_MAX_WORDS: Final = 500_000

_EXTENDED_DATA: Final = range(0x01, 0x10)
_END_OF_EXTENDED_DATA: Final = 0x0F
_CONTROL: Final = range(0x10, 0x20)
_SECOND_CHANNEL: Final = 0x08
_MODES: Final = {0x20: True, 0x25: True, 0x26: True, 0x27: True, 0x29: True, 0x2A: False, 0x2B: False}
"""Second bytes of control codes that begin captions (True) or text mode (False)."""


def carries_captions(packet: Any) -> bool:
    """Return whether a packet of pictures has caption data."""
    return _CC_DATA in bytes(memoryview(packet)[:_SEARCHED])


@dataclass(slots=True)
class CaptionWatch:
    """Notices whether any packet of pictures has caption data."""

    seen: bool = False

    def look(self, packet: Any) -> None:
        """Look at the next packet."""
        self.seen = self.seen or carries_captions(packet)


Pair = tuple[int, int, int]
"""Field (0 or 1) and both bytes, with parity."""


def byte_pairs(packet: Any) -> list[Pair]:
    """Return every pair of CEA-608 in a packet of pictures."""
    head = bytes(memoryview(packet)[:_SEARCHED])
    _, found, behind = head.partition(_CC_DATA)
    if not found:
        return []
    data = behind[:160].replace(b"\0\0\3", b"\0\0")  # emulation prevention
    if len(data) < 2 or not data[0] & 0x40:
        return []
    return pairs_of_triples(data[2 : 2 + 3 * (data[0] & 0x1F)])


def pairs_of_triples(data: bytes) -> list[Pair]:
    """Return the pairs of CEA-608 in triples of `cc_data`, those that are valid."""
    triples = (data[at : at + 3] for at in range(0, len(data), 3))
    return [
        (one[0] & 3, one[1], one[2]) for one in triples if len(one) == 3 and one[0] & 0x04 and one[0] & 3 < 2
    ]


@dataclass(slots=True)
class CaptionChannels:
    """Sorts the byte pairs of pictures or of a track into the channels CC1 to CC4, as SCC files.

    Pictures may come in the order of decoding. Of several pairs of a field each is sent a picture later.
    """

    _waiting: list[tuple[Fraction, int, Sequence[Pair]]] = field(default_factory=list)
    _taken: int = 0
    _fields: tuple[Field, Field] = field(default_factory=lambda: (Field(), Field()))

    def take(self, seconds: Fraction, pairs: Sequence[Pair]) -> None:
        """Take the captions of a picture that is shown at `seconds`."""
        if not pairs:
            return
        self._taken += 1
        heappush(self._waiting, (seconds, self._taken, pairs))
        while len(self._waiting) > _REORDERED:
            self._pass_on()

    def files(self) -> Iterator[tuple[int, str]]:
        """Yield number of the channel, from 1, and SCC file of every channel that has captions; ends it."""
        while self._waiting:
            self._pass_on()
        for number, (one, channel) in enumerate((one, channel) for one in self._fields for channel in (0, 1)):
            if words := one.words[channel]:
                yield number + 1, scc(words)

    def _pass_on(self) -> None:
        seconds, _, pairs = heappop(self._waiting)
        times = [seconds, seconds]
        for number, first, second in pairs:
            self._fields[number].take(times[number], first & 0x7F, second & 0x7F)
            times[number] += 1 / _LABEL_RATE


@dataclass(slots=True)
class Field:
    """The state of one field's captions: which of its two channels is spoken to."""

    words: tuple[list[tuple[Fraction, int, int]], list[tuple[Fraction, int, int]]] = field(
        default_factory=lambda: ([], [])
    )
    """Time and bytes, without parity and as of the first channel, by channel."""
    _channel: int | None = None
    _in_extended_data: bool = False
    _before: tuple[int, int] = (0, 0)

    def take(self, seconds: Fraction, first: int, second: int) -> None:
        """Take the next pair. A control code is sent twice, and counts once."""
        if (first, second) == (0, 0):
            return
        if first in _CONTROL:
            self._in_extended_data = False
            repeated = (first, second) == self._before
            self._before = (0, 0) if repeated else (first, second)
            if repeated:
                return
            self._follow(first, second)
            first &= ~_SECOND_CHANNEL
        elif first in _EXTENDED_DATA:
            self._in_extended_data = first != _END_OF_EXTENDED_DATA
            return
        else:
            self._before = (0, 0)
        if self._channel is not None and not self._in_extended_data:
            words = self.words[self._channel]
            if len(words) < _MAX_WORDS:
                words.append((seconds, first, second))

    def _follow(self, first: int, second: int) -> None:
        channel = 1 if first & _SECOND_CHANNEL else 0
        if first & ~_SECOND_CHANNEL in (0x14, 0x15) and second in _MODES:
            self._channel = channel if _MODES[second] else None
        elif self._channel is not None:
            self._channel = channel


def scc(words: list[tuple[Fraction, int, int]]) -> str:
    """Return a Scenarist SCC file (29.97 pictures a second, no drop frame) with one word a line."""
    lines = ["Scenarist_SCC V1.0"]
    for seconds, first, second in words:
        label = round(seconds * _LABEL_RATE)
        if 0 <= label < _LABELS:
            clock = f"{label // 108_000:02d}:{label // 1800 % 60:02d}:{label // 30 % 60:02d}:{label % 30:02d}"
            lines += ["", f"{clock}\t{_with_parity(first):02x}{_with_parity(second):02x}"]
    return "\n".join([*lines, ""])


def _with_parity(value: int) -> int:
    """Return seven bits with the odd parity that EIA-608 asks for."""
    return value if value.bit_count() % 2 else value | 0x80
