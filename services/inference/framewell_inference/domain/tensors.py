"""Tensors by name, and the check that stands before every run.

A wrong shape that reaches the runtime comes back as an unknown error, and inside a batch it would fail
its neighbours: so names, types and shapes are checked first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from struct import Struct
from typing import Any, Final

import numpy as np

from framewell_inference.domain.pictures import Array

_LENGTH: Final = Struct("<I")


class InvalidInputError(ValueError):
    """The caller's tensors do not fit the model; the message names which and how."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, type and shape of an input or output; -1 is a free size."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def accepts(self, shape: Sequence[int]) -> bool:
        return len(shape) == len(self.shape) and all(
            expected in {-1, actual} and actual > 0
            for expected, actual in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Tensors:
    """What a graph takes and gives, and the metadata its maker wrote into it."""

    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    metadata: Mapping[str, str]


def check_inputs(specs: Sequence[TensorSpec], inputs: Mapping[str, Array]) -> None:
    """Raise InvalidInputError unless every input is there, known, of its type and of a shape that fits."""
    expected = {spec.name for spec in specs}
    if set(inputs) != expected:
        raise InvalidInputError(f"inputs are {sorted(inputs)}, the model takes {sorted(expected)}")
    for spec in specs:
        value = inputs[spec.name]
        if value.dtype != spec.dtype:
            raise InvalidInputError(f"input {spec.name} is {value.dtype}, the model takes {spec.dtype}")
        if not spec.accepts(value.shape):
            raise InvalidInputError(
                f"input {spec.name} has shape {list(value.shape)}, the model takes {list(spec.shape)}"
            )


def pack_strings(values: Array) -> bytes:
    """Return an array of strings as the protocol's BYTES: each with its length before it, little-endian."""
    encoded = [str(value).encode() for value in values.reshape(-1)]
    return b"".join(_LENGTH.pack(len(value)) + value for value in encoded)


def unpack_strings(data: bytes | memoryview, shape: Sequence[int]) -> Array:
    """Return the strings of BYTES as an array of objects.

    Raises InvalidInputError when lengths do not add up to the data, when there are more or fewer than the
    shape has, and for what is not UTF-8, which the runtime takes alone.
    """
    values, at, count = list[str](), 0, prod(shape)
    while at < len(data) and len(values) < count:
        if at + _LENGTH.size > len(data):
            break
        (length,) = _LENGTH.unpack_from(data, at)
        start, at = at + _LENGTH.size, at + _LENGTH.size + length
        if at > len(data):
            break
        values.append(read_string(bytes(data[start:at])))
    if at != len(data) or len(values) != count:
        raise InvalidInputError(f"its {len(data)} bytes are not {count} strings, each with its length")
    array = np.empty(count, object)
    array[:] = values
    return array.reshape(shape)


def read_string(value: bytes) -> str:
    """Return a string of a BYTES tensor. Raises InvalidInputError for what is not UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise InvalidInputError("a string is not UTF-8") from error
