"""FLAC made in pieces: frames get the numbers they have in the whole (RFC 9639).

Every piece is encoded for itself and counts its frames from 0. With their numbers in the whole, the frames of
all pieces behind one header are the file that one encoder would have made. No library renumbers frames; the
checksum of a frame need not be made anew from all its bytes, since a CRC is linear.
"""

from __future__ import annotations

from typing import Final

_STREAMINFO_BYTES: Final = 34
_CRC8, _CRC16 = 0x07, 0x8005


def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    values = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = ((value << 1) ^ polynomial if value & top else value << 1) & mask
        values.append(value)
    return tuple(values)


_TABLE8, _TABLE16 = _table(_CRC8, 8), _table(_CRC16, 16)


def stream_header(stream_info: bytes, samples: int) -> bytes:
    """Return the beginning of a file of so many samples, for the STREAMINFO of any of its pieces.

    Sizes of frames and the digest are unknown (0). Raises ValueError for what is no STREAMINFO.
    """
    if len(stream_info) != _STREAMINFO_BYTES:
        raise ValueError(f"a STREAMINFO has {_STREAMINFO_BYTES} bytes, not {len(stream_info)}")
    info = bytearray(stream_info)
    info[4:10] = bytes(6)
    info[13] = (info[13] & 0xF0) | (samples >> 32 & 0x0F)
    info[14:18] = (samples & 0xFFFFFFFF).to_bytes(4, "big")
    info[18:] = bytes(16)
    return b"fLaC" + bytes((0x80, 0, 0, _STREAMINFO_BYTES)) + bytes(info)


def renumbered(frame: bytes, by: int) -> bytes:
    """Return a frame of a stream of fixed block size, its number raised. Raises ValueError for another."""
    if frame[0] != 0xFF or frame[1] != 0xF8:
        raise ValueError("no FLAC frame of a fixed block size")
    number, until = _number(frame)
    extra = {6: 1, 7: 2}.get(frame[2] >> 4, 0) + {12: 1, 13: 2, 14: 2}.get(frame[2] & 0x0F, 0)
    old = frame[: until + extra + 1]
    new = frame[:4] + _coded(number + by) + frame[until : until + extra]
    new += bytes((_crc(new, _TABLE8, 8),))
    body = frame[len(old) : -2]
    change = _crc(old, _TABLE16, 16) ^ _crc(new, _TABLE16, 16)
    for _ in body:  # the difference of the checksums, carried over the bytes that stay
        change = (change << 8 & 0xFFFF) ^ _TABLE16[change >> 8]
    checksum = int.from_bytes(frame[-2:], "big") ^ change
    return new + body + checksum.to_bytes(2, "big")


def _number(frame: bytes) -> tuple[int, int]:
    """Return the coded number of a frame and the position behind it."""
    first = frame[4]
    if first < 0x80:
        return first, 5
    more = 7 - (first ^ 0xFF).bit_length() if first != 0xFE else 6
    value = first & (0x3F >> more)
    for byte in frame[5 : 5 + more]:
        value = value << 6 | (byte & 0x3F)
    return value, 5 + more


def _coded(number: int) -> bytes:
    """Return a number as FLAC writes it: UTF-8 up to 36 bits."""
    if number < 0x80:
        return bytes((number,))
    tail: list[int] = []
    while number >= 1 << (6 - len(tail)) if tail else True:
        tail.insert(0, 0x80 | number & 0x3F)
        number >>= 6
    lead = (0xFF00 >> (len(tail) + 1)) & 0xFF
    return bytes((lead | number, *tail))


def _crc(data: bytes, table: tuple[int, ...], bits: int) -> int:
    value, mask = 0, (1 << bits) - 1
    for byte in data:
        value = (value << 8 & mask) ^ table[(value >> (bits - 8) ^ byte) & 0xFF]
    return value
