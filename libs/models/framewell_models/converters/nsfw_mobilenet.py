"""nsfwjs' MobileNetV2 (MIT): a Keras graph published as JavaScript modules, to ONNX.

The model file is a Keras `Model` configuration with its tfjs weights manifest; the shard is base64
text in a second module. Only the ten layer kinds that occur are known; any other is refused.

Input  `image`: float32 [N, 224, 224, 3], RGB 0..1.
Output `probabilities`: float32 [N, 5]: drawing, hentai, neutral, porn, sexy.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from framewell_models.converters.graph import Float, GraphWriter, fold_batch_norm, same_pads
from framewell_models.converters.javascript import read_literal
from framewell_models.converters.tfjs import read_weights

GRAPH: Final = "package/dist/models/mobilenet_v2/model.min.js"
SHARD: Final = "package/dist/models/mobilenet_v2/group1-shard1of1.min.js"
SHARD_NAME: Final = "group1-shard1of1"

CLASSES: Final = ("drawing", "hentai", "neutral", "porn", "sexy")
"""Output order, as in the package's `nsfw_classes`."""

SIDE: Final = 224


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` and `labels.txt` into `target`."""
    document = read_literal(members[GRAPH].read_text(encoding="utf-8"), "a.exports=")
    shard = members[SHARD].read_text(encoding="utf-8")
    encoded = shard.split('h.exports="', 1)[1].split('"', 1)[0]
    weights = read_weights(
        document["weightsManifest"], {SHARD_NAME: base64.b64decode(encoded, validate=True)}
    )
    layers = document["modelTopology"]["model_config"]["config"]["layers"]
    build(layers, weights, target / "model.onnx")
    (target / "labels.txt").write_text("\n".join(CLASSES) + "\n", encoding="utf-8")


def build(layers: list[Mapping[str, Any]], weights: Mapping[str, Float], target: Path) -> None:
    """Write the network of these Keras layers and weights as an ONNX graph to `target`."""
    graph = GraphWriter()
    network = _KerasGraph(graph, weights)
    for layer in layers:
        network.lay(layer)
    graph.add("Identity", network.results[layers[-1]["name"]], output="probabilities")
    graph.save(
        target, "nsfw_mobilenet_v2", {"image": ["N", SIDE, SIDE, 3]}, {"probabilities": ["N", len(CLASSES)]}
    )


@dataclass(slots=True)
class _KerasGraph:
    """Walks the layers in order; `results` and `sizes` are keyed by layer name."""

    graph: GraphWriter
    weights: Mapping[str, Float]
    results: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def lay(self, layer: Mapping[str, Any]) -> None:
        kind, name, config = layer["class_name"], layer["name"], layer["config"]
        sources = [inbound[0] for inbound in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []
        handler = _LAYERS.get(kind)
        if handler is None:
            raise ValueError(f"layer {name} is a {kind}; known are {', '.join(sorted(_LAYERS))}")
        if sources:
            self.sizes[name] = self.sizes[sources[0]]
        self.results[name] = handler(self, name, config, [self.results[source] for source in sources])

    def input(self, name: str, config: Mapping[str, Any], _: list[str]) -> str:
        self.sizes[name] = int(config["batch_input_shape"][1])
        return self.graph.add("Transpose", "image", perm=[0, 3, 1, 2])

    def pad(self, name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        (top, bottom), (left, right) = config["padding"]
        self.sizes[name] += top + bottom
        pads = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
        return self.graph.add("Pad", sources[0], self.graph.constant(pads))

    def conv(self, name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        kernel = self.weights[f"{name}/kernel"].transpose(3, 2, 0, 1)  # HWIO -> OIHW
        return self._convolve(name, config, sources[0], kernel, group=1)

    def depthwise(self, name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        kernel = self.weights[f"{name}/depthwise_kernel"].transpose(2, 3, 0, 1)  # HWC1 -> C1HW
        return self._convolve(name, config, sources[0], kernel, group=kernel.shape[0])

    def _convolve(self, name: str, config: Mapping[str, Any], source: str, kernel: Float, group: int) -> str:
        if config["use_bias"] or config["activation"] != "linear":
            raise ValueError(f"layer {name}: convolutions with bias or activation are not expected here")
        stride, side = int(config["strides"][0]), int(kernel.shape[2])
        pads = same_pads(self.sizes[name], side, stride) if config["padding"] == "same" else (0, 0, 0, 0)
        self.sizes[name] = (self.sizes[name] + pads[0] + pads[2] - side) // stride + 1
        bias = np.zeros(kernel.shape[0], np.float32)
        return self.graph.conv(source, kernel, bias, stride=stride, pads=pads, group=group)

    def batch_norm(self, name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        gamma, beta, mean, variance = (
            self.weights[f"{name}/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale, shift = fold_batch_norm(gamma, beta, mean, variance, float(config["epsilon"]))
        scaled = self.graph.add("Mul", sources[0], self.graph.constant(scale[:, None, None]))
        return self.graph.add("Add", scaled, self.graph.constant(shift[:, None, None]))

    def relu(self, name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        if config["max_value"] != 6:
            raise ValueError(f"layer {name}: expected ReLU6")
        return self.graph.relu6(sources[0])

    def add(self, _name: str, _config: Mapping[str, Any], sources: list[str]) -> str:
        return self.graph.add("Add", *sources)

    def average_pool(self, _name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        return self.graph.add(
            "AveragePool", sources[0], kernel_shape=config["pool_size"], strides=config["strides"]
        )

    def flatten(self, _name: str, _config: Mapping[str, Any], sources: list[str]) -> str:
        # Keras flattens channels last; with one pooled cell left both orders are the same.
        return self.graph.add("Flatten", sources[0])

    def dropout(self, _name: str, _config: Mapping[str, Any], sources: list[str]) -> str:
        return sources[0]

    def dense(self, name: str, config: Mapping[str, Any], sources: list[str]) -> str:
        result = self.graph.dense(sources[0], self.weights[f"{name}/kernel"], self.weights[f"{name}/bias"])
        if config["activation"] == "softmax":
            return self.graph.add("Softmax", result, axis=1)
        return self.graph.add("Relu", result) if config["activation"] == "relu" else result


_Layer = Callable[[_KerasGraph, str, Mapping[str, Any], list[str]], str]
_LAYERS: Final[Mapping[str, _Layer]] = {
    "InputLayer": _KerasGraph.input,
    "ZeroPadding2D": _KerasGraph.pad,
    "Conv2D": _KerasGraph.conv,
    "DepthwiseConv2D": _KerasGraph.depthwise,
    "BatchNormalization": _KerasGraph.batch_norm,
    "ReLU": _KerasGraph.relu,
    "Add": _KerasGraph.add,
    "AveragePooling2D": _KerasGraph.average_pool,
    "Flatten": _KerasGraph.flatten,
    "Dropout": _KerasGraph.dropout,
    "Dense": _KerasGraph.dense,
}
