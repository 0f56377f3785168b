"""What passes between the service and a model's own process: one JSON header and the arrays behind it.

The service does not trust the other side: headers and arrays are bounded, and nothing but numbers, text and
shapes is read from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from struct import Struct
from typing import IO, Any, Final

import numpy as np

from framewell_inference.adapters.serving.sessions import DTYPES
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import TensorSpec, pack_strings, unpack_strings

HEADER_LIMIT: Final = 4 << 20
ARRAYS_LIMIT: Final = 1 << 30
"""The most bytes of arrays that one frame may hold."""

_LENGTHS: Final = Struct("!IQ")
_KNOWN: Final = frozenset(DTYPES.values())


class BrokenFrameError(ValueError):
    """The other side sent what is no frame, or ended in the middle of one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: plain values by name, and arrays by name."""

    header: Mapping[str, Any]
    arrays: Mapping[str, Array] = field(default_factory=dict)


def write_frame(stream: IO[bytes], frame: Frame) -> None:
    """Write a frame and flush it. Raises OSError when the other side has gone."""
    described, bodies = [], list[Any]()
    for name, value in frame.arrays.items():
        body = (
            pack_strings(value)
            if value.dtype == object
            else np.ascontiguousarray(value).reshape(-1).view("u1")
        )
        described.append({"name": name, "dtype": value.dtype.name, "shape": value.shape, "bytes": len(body)})
        bodies.append(body)
    header = json.dumps({**frame.header, "arrays": described}).encode()
    stream.write(_LENGTHS.pack(len(header), sum(len(body) for body in bodies)) + header)
    for body in bodies:
        stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes], *, limit: int = ARRAYS_LIMIT) -> Frame:
    """Return the next frame. Raises EOFError at the end of the stream, BrokenFrameError for what is none."""
    start = stream.read(_LENGTHS.size)
    if len(start) < _LENGTHS.size:
        raise EOFError
    length, total = _LENGTHS.unpack(start)
    if length > HEADER_LIMIT or total > limit:
        raise BrokenFrameError(f"a frame of {length} + {total} bytes")
    header = json.loads(_exactly(stream, length))
    arrays = {}
    for described in header.pop("arrays"):
        count = int(described["bytes"])
        total -= count
        if count < 0 or total < 0:
            raise BrokenFrameError("arrays longer than their frame")
        arrays[str(described["name"])] = _array(described, _exactly(stream, count))
    return Frame(header, arrays)


def spec_values(spec: TensorSpec) -> dict[str, Any]:
    """Return a tensor's description as plain values."""
    return {"name": spec.name, "dtype": spec.dtype.name, "shape": list(spec.shape)}


def read_spec(values: Mapping[str, Any]) -> TensorSpec:
    """Return a tensor's description from plain values."""
    return TensorSpec(
        str(values["name"]), _dtype(values["dtype"]), tuple(int(size) for size in values["shape"])
    )


def _array(described: Mapping[str, Any], body: bytearray) -> Array:
    dtype, shape = _dtype(described["dtype"]), [int(size) for size in described["shape"]]
    if dtype.hasobject:
        return unpack_strings(memoryview(body), shape)
    if min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != len(body):
        raise BrokenFrameError("an array that does not fit its shape")
    return np.frombuffer(body, dtype).reshape(shape)


def _dtype(name: Any) -> np.dtype[Any]:
    if name not in _KNOWN:
        raise BrokenFrameError(f"an array of {name!r}")
    return np.dtype(str(name))


def _exactly(stream: IO[bytes], count: int) -> bytearray:
    body, at = bytearray(count), 0
    view = memoryview(body)
    while at < count:
        got = stream.readinto(view[at:])  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        at += got
    return body
