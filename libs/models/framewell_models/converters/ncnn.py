"""Layers of an ncnn network with their weights: a text of layers, then numbers in their order, nothing else.

The text has a line a layer: kind, name, counts and names of what goes in and out, then parameters by number
(`0=128`). Weights stand in the binary in the order in which layers ask for them, each block behind four bytes
that say whether it is in half precision (ncnn `src/modelbin.cpp`). Only the layers that our models have are
known; any other is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from framewell_models.converters.graph import Array, Float

MAGIC: Final = "7767517"

_HALF: Final = 0x01306B47
_SINGLE: Final = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: what it is, what it takes and gives, its parameters by number, its weights in order."""

    kind: str
    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    parameters: Mapping[int, str]
    weights: list[Float] = field(default_factory=list)

    def number(self, key: int, default: int = 0) -> int:
        """Return a parameter as a whole number."""
        return int(self.parameters.get(key, default))


def read_layers(text: str, data: bytes) -> list[Layer]:
    """Return the layers with their weights. Raises ValueError for what is no such network."""
    lines = text.strip().splitlines()
    if not lines or lines[0].strip() != MAGIC:
        raise ValueError("not the text of an ncnn network")
    layers = [_layer(line.split()) for line in lines[2:]]
    weights = _Weights(data)
    for layer in layers:
        layer.weights.extend(_weights_of(layer, weights))
    if weights.left:
        raise ValueError(f"an ncnn network has {weights.left} bytes behind its last weight")
    return layers


def _layer(words: Sequence[str]) -> Layer:
    kind, name, taken, given = words[0], words[1], int(words[2]), int(words[3])
    blobs, parameters = words[4 : 4 + taken + given], words[4 + taken + given :]
    numbered = {int(key): value for key, _, value in (word.partition("=") for word in parameters)}
    return Layer(kind, name, blobs[:taken], blobs[taken:], numbered)


def _weights_of(layer: Layer, weights: _Weights) -> Iterator[Float]:
    """Yield a layer's weights: of a product [out, in] and its bias; of a convolution [channels, taps]."""
    if layer.kind == "Gemm":
        rows, columns = layer.number(8), layer.number(9)
        yield weights.take(rows * columns).reshape(rows, columns)
        if layer.number(10) >= 0:
            yield weights.take(rows)
    elif layer.kind == "ConvolutionDepthWise1D":
        yield weights.take(layer.number(6)).reshape(layer.number(0), -1)
    elif layer.kind not in _WITHOUT_WEIGHTS:
        raise ValueError(f"an ncnn network has a layer that is not known: {layer.kind}")


_WITHOUT_WEIGHTS: Final = frozenset(
    {"Input", "ReLU", "Sigmoid", "Permute", "Split", "Crop", "Padding", "BinaryOp"}
)


@dataclass(slots=True)
class _Weights:
    data: bytes
    place: int = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.place

    def take(self, count: int) -> Float:
        """Return the next block of so many numbers; blocks in half precision fill up to four bytes."""
        kind = int.from_bytes(self._bytes(4), "little")
        if kind == _HALF:
            values: Array = np.frombuffer(self._bytes(2 * count), "<f2")
            self._bytes(-2 * count % 4)
        elif kind == _SINGLE:
            values = np.frombuffer(self._bytes(4 * count), "<f4")
        else:
            raise ValueError(f"an ncnn network has weights of a type that is not read: {kind:#x}")
        return np.asarray(values, np.float32)

    def _bytes(self, size: int) -> bytes:
        if size > self.left:
            raise ValueError("an ncnn network ends inside its weights")
        self.place += size
        return self.data[self.place - size : self.place]
