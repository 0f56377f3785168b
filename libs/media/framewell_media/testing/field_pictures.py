"""H.264 clips whose pictures are coded as two fields (PAFF), as DVB and AVCHD recorders do.

No encoder at hand writes them, so they are written bit by bit: every macroblock is its plain samples (I_PCM).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from framewell_media.testing.clips import BITS

_WIDTH: Final = 160
_HEIGHT: Final = 96
_RATE: Final = 25
_TICK: Final = Fraction(1, 90_000)
_KEY_EVERY: Final = 25
_DELIMITER: Final = b"\0\0\0\1\x09\xf0"
_I_SLICE: Final = 7
_PCM: Final = 25


def field_clip(path: Path, *, frames: int, separate: bool) -> Path:
    """Write a transport stream of 25 pictures a second with their numbers; both fields lie in one packet.

    With `separate` each field has a packet and a time stamp of its own.
    """
    with av.open(str(path), "w", format="mpegts") as output:
        stream = output.add_stream("libx264", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        stream.time_base = _TICK
        for number in range(frames):
            fields = _fields(number)
            for place, data in enumerate(fields if separate else [b"".join(fields)]):
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, _TICK
                packet.pts = packet.dts = 90_000 + number * 3600 + place * 1800
                packet.is_keyframe = number % _KEY_EVERY == 0 and place == 0
                output.mux(packet)
    return path


def _fields(number: int) -> list[bytes]:
    luma = np.full((_HEIGHT, _WIDTH), 100, np.uint8)
    for place in range(BITS):
        bit = number >> (BITS - 1 - place) & 1
        luma[:16, place * _WIDTH // BITS : (place + 1) * _WIDTH // BITS] = 235 if bit else 16
    is_key = number % _KEY_EVERY == 0
    first = _field(luma[0::2], number, is_bottom=False, is_key=is_key)
    second = _field(luma[1::2], number, is_bottom=True, is_key=False)
    return [_DELIMITER + (_sequence() + _picture_set() if is_key else b"") + first, _DELIMITER + second]


def _field(luma: NDArray[np.uint8], number: int, *, is_bottom: bool, is_key: bool) -> bytes:
    bits = _Bits()
    bits.golomb(0, _I_SLICE, 0)
    bits.put(4, number % _KEY_EVERY % 16)
    bits.put(1, 1)
    bits.put(1, int(is_bottom))
    if is_key:
        bits.golomb(number // _KEY_EVERY % 2)
        bits.put(2, 0)
    else:
        bits.put(1, 0)
    bits.golomb(0, 1)  # no change of quality, no deblocking
    grey = np.full(2 * 8 * 8, 128, np.uint8)
    for top in range(0, luma.shape[0], 16):
        for left in range(0, _WIDTH, 16):
            bits.golomb(_PCM)
            bits.align()
            bits.raw(luma[top : top + 16, left : left + 16])
            bits.raw(grey)
    return _unit(0x65 if is_key else 0x61, bits)


def _sequence() -> bytes:
    bits = _Bits()
    for count, value in ((8, 77), (8, 0), (8, 30)):
        bits.put(count, value)
    bits.golomb(0, 0, 2, 2)
    bits.put(1, 0)
    bits.golomb(_WIDTH // 16 - 1, _HEIGHT // 32 - 1)
    for count, value in (
        (1, 0),
        (1, 0),
        (1, 1),
        (1, 0),
        (1, 1),
    ):  # fields and frames; no cropping; timing follows
        bits.put(count, value)
    for count, value in ((4, 0), (1, 1), (32, 1), (32, 2 * _RATE), (1, 1), (4, 0)):
        bits.put(count, value)
    return _unit(0x67, bits)


def _picture_set() -> bytes:
    bits = _Bits()
    bits.golomb(0, 0)
    bits.put(2, 0)
    bits.golomb(0, 0, 0)
    bits.put(3, 0)
    bits.golomb(0, 0, 0)
    bits.put(3, 0b100)
    return _unit(0x68, bits)


def _unit(header: int, bits: _Bits) -> bytes:
    """Return a unit with its start code; a 3 keeps what looks like one out of its content."""
    content, zeros = bytearray([header]), 0
    for byte in bits.finish():
        if zeros >= 2 and byte <= 3:
            content.append(3)
            zeros = 0
        content.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return b"\0\0\0\1" + bytes(content)


class _Bits:
    """Writes bits, numbers in exponential Golomb code, and plain bytes."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def put(self, count: int, value: int) -> None:
        self._bits += [value >> (count - 1 - place) & 1 for place in range(count)]

    def golomb(self, *values: int) -> None:
        for value in values:
            length = (value + 1).bit_length()
            self.put(2 * length - 1, value + 1)

    def align(self) -> None:
        self._bits += [0] * (-len(self._bits) % 8)

    def raw(self, samples: NDArray[np.uint8]) -> None:
        self._bits += np.unpackbits(np.ascontiguousarray(samples).reshape(-1)).tolist()

    def finish(self) -> Any:
        self._bits.append(1)
        self.align()
        return np.packbits(np.array(self._bits, np.uint8)).tobytes()
