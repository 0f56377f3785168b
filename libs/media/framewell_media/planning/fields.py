"""H.264 pictures that are coded as two fields (PAFF), each in a packet of its own (ITU-T H.264, 7.3).

Demuxers hand fields over as packets; decoders put both out as one picture. Which packets are second fields
stands in the headers of their slices, so nothing has to be decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_SLICE: Final = 1
_IDR_SLICE: Final = 5
_PARAMETERS: Final = 7
_HEAD_BYTES: Final = 8192
"""Where the first slice begins at the latest: behind delimiters, parameter sets and messages."""
_WITH_CHROMA: Final = frozenset((44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244))
"""Profiles whose parameter sets describe the chroma format."""


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What the header of a slice needs of its sequence parameter set."""

    frames_only: bool
    frame_number_bits: int
    has_colour_planes: bool


@dataclass(frozen=True, slots=True)
class _Field:
    frame_number: int
    is_bottom: bool


class FieldPairs:
    """Tells the second fields among the packets of one stream, which come in its order."""

    def __init__(self, parameters: _Parameters, length_bytes: int) -> None:
        """Begin a stream; `length_bytes` precede each unit of it, 0 where start codes do."""
        self._parameters = parameters
        self._length_bytes = length_bytes
        self._first: _Field | None = None

    @classmethod
    def of(cls, codec: Any) -> FieldPairs | None:
        """Return a finder for a track, None where its pictures are never coded as fields."""
        extra = bytes(codec.extradata or b"")
        if codec.name != "h264" or not extra:
            return None
        length_bytes = (extra[4] & 3) + 1 if extra[0] == 1 and len(extra) > 8 else 0
        units = [extra[8:]] if length_bytes else _units(extra, 0)
        for unit in units:
            parameters = _read_parameters(unit)
            if parameters is not None:
                return None if parameters.frames_only else cls(parameters, length_bytes)
        return None

    def completes(self, packet: Any) -> bool:
        """Return whether a packet is the second field of the picture that the packet before began."""
        field = self._field(bytes(memoryview(packet)[:_HEAD_BYTES]))
        first, self._first = self._first, None
        if field is None:
            return False
        if first is not None and first == _Field(field.frame_number, not field.is_bottom):
            return True
        self._first = field
        return False

    def _field(self, data: bytes) -> _Field | None:
        """Return the field that a packet begins with, None for a frame and for what cannot be read."""
        for unit in _units(data, self._length_bytes):
            kind = unit[0] & 31 if unit else 0
            if kind == _PARAMETERS:
                self._parameters = _read_parameters(unit) or self._parameters
            if kind in (_SLICE, _IDR_SLICE):
                return self._field_of_slice(_Bits(unit[1:]))
        return None

    def _field_of_slice(self, bits: _Bits) -> _Field | None:
        if self._parameters.frames_only:
            return None
        try:
            for _ in range(3):  # first macroblock, type, picture parameter set
                bits.golomb()
            if self._parameters.has_colour_planes:
                bits.take(2)
            number = bits.take(self._parameters.frame_number_bits)
            return _Field(number, bool(bits.take(1))) if bits.take(1) else None
        except IndexError:
            return None


def _units(data: bytes, length_bytes: int) -> list[bytes]:
    """Return the units of a packet, without start codes and lengths; the last one may be cut off."""
    if not length_bytes:
        return [unit for unit in data.split(b"\0\0\1")[1:] if unit]
    units, at = [], 0
    while at + length_bytes < len(data):
        length = int.from_bytes(data[at : at + length_bytes], "big")
        at += length_bytes
        units.append(data[at : at + length])
        at += length
    return units


def _read_parameters(unit: bytes) -> _Parameters | None:
    """Return what a sequence parameter set says, None for another unit and for a damaged one."""
    if not unit or unit[0] & 31 != _PARAMETERS:
        return None
    bits = _Bits(unit[1:])
    try:
        profile = bits.take(24) >> 16
        bits.golomb()
        planes = _skip_chroma(bits) if profile in _WITH_CHROMA else False
        frame_number_bits = bits.golomb() + 4
        _skip_order(bits)
        bits.golomb()  # reference pictures
        bits.take(1)
        bits.golomb()  # width
        bits.golomb()  # height
        return _Parameters(bool(bits.take(1)), frame_number_bits, planes)
    except IndexError:
        return None


def _skip_chroma(bits: _Bits) -> bool:
    """Read past the chroma format; return whether colour planes are coded one by one."""
    chroma = bits.golomb()
    planes = bool(bits.take(1)) if chroma == 3 else False
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling(bits, 16 if number < 6 else 64)
    return planes


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


def _skip_order(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()


class _Bits:
    """Reads a unit bit by bit, without the bytes that keep start codes out of it."""

    def __init__(self, unit: bytes) -> None:
        raw = unit[:512].replace(b"\0\0\3", b"\0\0")
        self._bits = int.from_bytes(raw, "big")
        self._left = 8 * len(raw)

    def take(self, count: int) -> int:
        """Return the next `count` bits. Raises IndexError behind the end."""
        self._left -= count
        if self._left < 0:
            raise IndexError("the unit ends within its header")
        return self._bits >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """Return the next number in exponential Golomb code. Raises IndexError behind the end."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        """Return the next number with a sign. Raises IndexError behind the end."""
        value = self.golomb()
        return (value + 1) // 2 if value % 2 else -(value // 2)
