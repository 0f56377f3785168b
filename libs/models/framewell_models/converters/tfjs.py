"""TensorFlow.js weight groups: bytes and a manifest in, named float32 arrays out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from framewell_models.converters.graph import Float


def read_weights(groups: Sequence[Mapping[str, Any]], shards: Mapping[str, bytes]) -> dict[str, Float]:
    """Undo the affine quantisation (value = stored x scale + min) of every weight of every group.

    What is stored in half precision has no scale. Whole numbers become float32, too.
    `groups` is the weights manifest as published, `shards` its files by the path it names.
    Raises ValueError when a shard is missing or bytes are left over: then manifest and shards
    do not belong together.
    """
    weights: dict[str, Float] = {}
    for group in groups:
        try:
            raw = b"".join(shards[path] for path in group["paths"])
        except KeyError as error:
            raise ValueError(f"weight shard {error} is named by the manifest but missing") from error
        offset = 0
        for entry in group["weights"]:
            array, offset = _read_one(entry, raw, offset)
            weights[entry["name"]] = array
        if offset != len(raw):
            raise ValueError(f"the manifest describes {offset} of {len(raw)} bytes in {group['paths']}")
    return weights


def _read_one(entry: Mapping[str, Any], raw: bytes, offset: int) -> tuple[Float, int]:
    quantization = entry.get("quantization")
    stored = np.dtype(quantization["dtype"] if quantization else entry["dtype"]).newbyteorder("<")
    count = int(np.prod(entry["shape"], dtype=np.int64))
    values = np.frombuffer(raw, stored, count, offset).astype(np.float32)
    if quantization and "scale" in quantization:
        values = values * np.float32(quantization["scale"]) + np.float32(quantization["min"])
    return values.reshape(entry["shape"]), offset + count * stored.itemsize
