"""Ways to break a whole file: functions of its bytes and of a seeded generator, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

Mutation = Callable[[bytes, np.random.Generator], bytes]

_HEAD: Final = 600
"""Bytes at the start that hold the headers of most formats."""


def _cut(share: float) -> Mutation:
    return lambda data, _: data[: max(1, int(len(data) * share))]


def _flip_bits(data: bytes, generator: np.random.Generator, at: int, end: int, count: int) -> bytes:
    broken = bytearray(data)
    end = min(end, len(data))
    for place in generator.integers(min(at, end - 1), end, count):
        broken[place] ^= 1 << int(generator.integers(8))
    return bytes(broken)


def _flips(count: int) -> Mutation:
    """Flip bits behind what the first bytes name, where headers are."""
    return lambda data, generator: _flip_bits(data, generator, 12, _HEAD, count)


def _noise(data: bytes, generator: np.random.Generator) -> bytes:
    return _flip_bits(data, generator, min(_HEAD, len(data) // 2), len(data), max(4, len(data) // 500))


def _lengths(value: int, width: int) -> Mutation:
    """Put a lying number in three places of the headers."""

    def mutate(data: bytes, generator: np.random.Generator) -> bytes:
        broken = bytearray(data)
        for place in generator.integers(8, max(9, min(_HEAD, len(data) - width)), 3):
            broken[place : place + width] = value.to_bytes(width, "big")
        return bytes(broken)

    return mutate


def _hole(data: bytes, generator: np.random.Generator) -> bytes:
    at = int(generator.integers(len(data) // 4, len(data) // 2 + 1))
    length = len(data) // 5
    return data[:at] + bytes(length) + data[at + length :]


def _repeated(data: bytes, generator: np.random.Generator) -> bytes:
    at = int(generator.integers(len(data) // 2 + 1))
    return data[:at] + data[at : at + 2000] * 60 + data[at:]


def _missing(data: bytes, generator: np.random.Generator) -> bytes:
    at = int(generator.integers(16, len(data) // 2 + 17))
    return data[:at] + data[at + max(1, len(data) // 7) :]


def _shuffled(data: bytes, generator: np.random.Generator) -> bytes:
    head, body = data[:64], data[64:]
    pieces = [body[at : at + 1500] for at in range(0, len(body), 1500)]
    return head + b"".join(pieces[place] for place in generator.permutation(len(pieces)))


def _twice(data: bytes, _: np.random.Generator) -> bytes:
    return data + data


MUTATIONS: Final[dict[str, Mutation]] = {
    "cut-1": _cut(0.01),
    "cut-10": _cut(0.1),
    "cut-40": _cut(0.4),
    "cut-70": _cut(0.7),
    "cut-95": _cut(0.95),
    "cut-last": lambda data, _: data[:-1],
    "flip-3": _flips(3),
    "flip-8": _flips(8),
    "flip-30": _flips(30),
    "noise": _noise,
    "largest-length": _lengths(0xFFFFFFFF, 4),
    "large-length": _lengths(0x7FFFFFFE, 4),
    "no-length": _lengths(0, 4),
    "hole": _hole,
    "repeated": _repeated,
    "missing": _missing,
    "shuffled": _shuffled,
    "twice": _twice,
}
