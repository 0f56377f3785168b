"""Variables of a CTranslate2 model (`model.bin`, format 5 and 6): numbers alone, nothing that can be run.

The layout is CTranslate2's own (`python/ctranslate2/specs/model_spec.py`): version, name and revision of the
specification, then every variable with its shape, type and bytes, then names that stand for others.
Everything is little-endian; a text has its length before it and a zero byte behind it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from framewell_models.converters.graph import Array

FORMATS: Final = (5, 6)

DTYPES: Final = ("<f4", "i1", "<i2", "<i4", "<f2")
"""Types of numbers, in the order of their numbers in the file. bfloat16, the sixth, is not read."""


def read_variables(parts: Iterable[Path]) -> dict[str, Array]:
    """Return the variables of a model whose file is these parts one after another.

    Raises ValueError for anything that is no such file, and for a file that is longer than it says.
    """
    stream = io.BytesIO(b"".join(part.read_bytes() for part in parts))
    version = _number(stream, "<I")
    if version not in FORMATS:
        raise ValueError(f"a CTranslate2 model of format {version}; {FORMATS} are read")
    _text(stream)
    _number(stream, "<I")
    variables: dict[str, Array] = {}
    for _ in range(_number(stream, "<I")):
        name = _text(stream)
        shape = [_number(stream, "<I") for _ in range(_number(stream, "<B"))]
        variables[name] = _values(stream, name, shape)
    for _ in range(_number(stream, "<I")):
        alias = _text(stream)
        variables[alias] = variables[_text(stream)]
    if stream.read(1):
        raise ValueError("a CTranslate2 model has bytes behind its last variable")
    return variables


def _values(stream: io.BytesIO, name: str, shape: list[int]) -> Array:
    kind, size = _number(stream, "<B"), _number(stream, "<I")
    if kind >= len(DTYPES):
        raise ValueError(f"{name} has numbers of a type that is not read: {kind}")
    values = np.frombuffer(_bytes(stream, size), DTYPES[kind])
    return values.reshape(shape)


def _text(stream: io.BytesIO) -> str:
    return _bytes(stream, _number(stream, "<H")).rstrip(b"\0").decode("utf-8")


def _number(stream: io.BytesIO, form: str) -> int:
    return int(struct.unpack(form, _bytes(stream, struct.calcsize(form)))[0])


def _bytes(stream: io.BytesIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("a CTranslate2 model ends inside a variable")
    return data
