"""dlib's face recognition ResNet (29 convolutions), from face-api's quantised tfjs weights, to ONNX.

Architecture: dlib, `dnn_face_recognition_ex.cpp` (public domain weights by Davis King); face-api
stores each layer's scale and bias beside its kernel. Two habits of dlib matter: convolutions of
stride 2 do not pad, and a block that shrinks or widens pads the shortcut and its own result with
zeros (right, bottom, new channels) instead of projecting.

Input  `rgb`: float32 [N, 3, 150, 150], 0..255; mean and scale are inside the graph.
Output `embedding`: float32 [N, 128], not of unit length: compare by plain Euclidean distance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from framewell_models.converters.graph import Float, GraphWriter
from framewell_models.converters.tfjs import read_weights

MANIFEST: Final = "package/model/face_recognition_model-weights_manifest.json"
SHARD: Final = "package/model/face_recognition_model.bin"

CHANNEL_MEAN: Final = (122.782, 117.001, 104.298)
"""dlib's `input_rgb_image` defaults; it divides by 256, face-api by 255: dlib's was trained."""

BLOCKS: Final = (
    "conv32_1", "conv32_2", "conv32_3", "conv64_down", "conv64_1", "conv64_2", "conv64_3",
    "conv128_down", "conv128_1", "conv128_2", "conv256_down", "conv256_1", "conv256_2",
    "conv256_down_out",
)  # fmt: skip


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` into `target`."""
    groups = json.loads(members[MANIFEST].read_text(encoding="utf-8"))
    weights = read_weights(groups, {Path(SHARD).name: members[SHARD].read_bytes()})
    build(weights, target / "model.onnx")


def build(weights: Mapping[str, Float], target: Path) -> None:
    """Write the network with these weights as an ONNX graph to `target`."""
    graph = GraphWriter()
    mean = np.array(CHANNEL_MEAN, np.float32)[:, None, None]
    x = graph.add("Sub", "rgb", graph.constant(mean))
    x = graph.add("Div", x, graph.constant(np.array(256.0, np.float32)))
    network = _ResNet(graph, weights)
    x, channels = network.conv(x, "conv32_down", stride=2, relu=True)  # 150 -> 72
    x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    size = 35
    for name in BLOCKS:
        x, size, channels = network.block(x, name, size, channels)
    x = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    graph.add("MatMul", x, graph.constant(weights["fc"]), output="embedding")
    graph.save(target, "dlib_face_embedding", {"rgb": ["N", 3, 150, 150]}, {"embedding": ["N", 128]})


@dataclass(frozen=True, slots=True)
class _ResNet:
    graph: GraphWriter
    weights: Mapping[str, Float]

    def conv(self, x: str, layer: str, *, stride: int, relu: bool) -> tuple[str, int]:
        """Add a convolution with the per-channel scale folded in; return the result and its channels."""
        gain = self.weights[f"{layer}/scale/weights"]
        kernel = self.weights[f"{layer}/conv/filters"].transpose(3, 2, 0, 1) * gain[:, None, None, None]
        bias = self.weights[f"{layer}/conv/bias"] * gain + self.weights[f"{layer}/scale/biases"]
        pad = 0 if stride == 2 else kernel.shape[2] // 2
        y = self.graph.conv(x, kernel, bias, stride=stride, pads=(pad,) * 4)
        return (self.graph.add("Relu", y) if relu else y), int(kernel.shape[0])

    def block(self, x: str, name: str, size: int, channels: int) -> tuple[str, int, int]:
        """Add a residual block on a size x size map; return the result, its size and its channels."""
        shrinks = "_down" in name
        y, _ = self.conv(x, f"{name}/conv1", stride=2 if shrinks else 1, relu=True)
        y, widened = self.conv(y, f"{name}/conv2", stride=1, relu=False)
        if shrinks:
            x = self.graph.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
            convolved, size = (size - 3) // 2 + 1, size // 2
            y = self._pad(y, 0, size - convolved)
            x = self._pad(x, widened - channels, 0)
        return self.graph.add("Relu", self.graph.add("Add", y, x)), size, widened

    def _pad(self, x: str, channels: int, border: int) -> str:
        if not channels and not border:
            return x
        pads = np.array([0, 0, 0, 0, 0, channels, border, border], np.int64)
        return self.graph.add("Pad", x, self.graph.constant(pads))
