"""Tensors of a torch checkpoint, without torch and without running the pickle inside it.

Reads the layout torch.save wrote until 1.6: three small pickles (magic number, protocol version,
system), the pickled state dict, the list of storage keys, then the raw storages. A pickle is a
program; this unpickler knows four names (an ordered dict, a float storage and the two tensor
constructors) and refuses every other, so nothing of the file is ever executed. torch itself
(`weights_only=True`) would do the same, but costs an environment of five gigabytes.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from framewell_models.converters.graph import Array

MAGIC_NUMBER: Final = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION: Final = 1001

_STORAGES: Final = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class UnsafeCheckpointError(ValueError):
    """The checkpoint asks for something beyond tensors; it is not read any further."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A block of numbers in the checkpoint: its key there, and the type of its numbers."""

    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class TensorView:
    """A tensor as a view into a storage; offset and strides count elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def read(self, storages: Mapping[str, Array]) -> Array:
        """Return a copy of the elements this view names. Raises ValueError if it reaches past its storage."""
        values = storages[self.storage.key]
        last = self.offset + sum(
            (size - 1) * step for size, step in zip(self.shape, self.strides, strict=True)
        )
        if self.offset < 0 or min(self.strides, default=0) < 0 or last >= len(values):
            raise ValueError(f"a tensor of shape {self.shape} reaches past its storage")
        steps = [step * values.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps).copy()


def _rebuild(
    storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> TensorView:
    return TensorView(storage, offset, tuple(size), tuple(stride))


class _TensorUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch._utils" and name in {"_rebuild_tensor", "_rebuild_tensor_v2"}:
            return _rebuild
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise UnsafeCheckpointError(f"the checkpoint asks for {module}.{name}; only plain tensors are read")

    def persistent_load(self, pid: Any) -> Storage:
        kind, dtype, key, _location, _count, view = pid
        if kind != "storage" or view is not None:
            raise UnsafeCheckpointError("the checkpoint holds something other than whole storages")
        return Storage(str(key), dtype)


def read_state_dict(path: Path) -> dict[str, Array]:
    """Return the named tensors of a state dict, without running the file.

    Raises UnsafeCheckpointError or ValueError.
    """
    stream = io.BytesIO(path.read_bytes())
    if _next_pickle(stream) != MAGIC_NUMBER or _next_pickle(stream) != PROTOCOL_VERSION:
        raise ValueError(f"{path.name}: not a torch checkpoint of the layout before 1.6")
    _next_pickle(stream)  # the writer's word sizes: storages are little-endian in every published file
    state: Mapping[str, TensorView] = _next_pickle(stream)
    keys: list[str] = _next_pickle(stream)
    dtypes = {view.storage.key: view.storage.dtype for view in state.values()}
    storages = {key: _read_storage(stream, dtypes[key]) for key in keys}
    return {name: view.read(storages) for name, view in state.items()}


def _next_pickle(stream: io.BytesIO) -> Any:
    return _TensorUnpickler(stream).load()


def _read_storage(stream: io.BytesIO, dtype: np.dtype[Any]) -> Array:
    count = int.from_bytes(stream.read(8), "little", signed=True)
    raw = stream.read(count * dtype.itemsize)
    if len(raw) != count * dtype.itemsize:
        raise ValueError("the checkpoint ends inside a storage")
    return np.frombuffer(raw, dtype)
