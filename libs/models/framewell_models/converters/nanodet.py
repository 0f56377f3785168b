"""NanoDet-g (80 classes of COCO), from a TensorFlow.js graph model in half precision, to ONNX.

Published are three heads, one for each size of cell, with a distribution over 11 distances for each side
of a box (generalised focal loss). The written graph goes on to what every user of it needs: scores and
boxes of all cells. Normalisation is inside, too (nanodet's `config/nanodet-g.yml`).

Input  `image`: float32 [N, 3, 416, 416], BGR 0..255, letterboxed: stretched pictures are seen much worse.
Output `scores`: float32 [N, 3549, 80], 0..1. Output `boxes`: float32 [N, 3549, 4], left, top, right and
bottom in pixels of the input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from framewell_models.converters.graph import Float, GraphWriter
from framewell_models.converters.tfjs import read_weights
from framewell_models.converters.tfjs_graph import Node, TensorflowGraph, Value

TOPOLOGY: Final = "package/models/nanodet.json"
SHARD: Final = "package/models/nanodet.bin"

SIDE: Final = 416
STRIDES: Final = (8, 16, 32)
DISTANCES: Final = 11
"""Distances, 0 to 10 in strides, over which the place of each side is spread."""

CHANNEL_MEAN: Final = (103.53, 116.28, 123.675)
CHANNEL_DEVIATION: Final = (57.375, 57.12, 58.395)

CLASSES: Final = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee",
    "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard",
    "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple",
    "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch",
    "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard",
    "cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase",
    "scissors", "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip
"""COCO's classes in the order of the scores."""

SCORES: Final = ("Identity", "Identity_1", "Identity_2")
SPREADS: Final = ("Identity_3", "Identity_4", "Identity_5")
"""The published outputs by falling number of cells."""


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` and `labels.txt` into `target`."""
    document = json.loads(members[TOPOLOGY].read_text(encoding="utf-8"))
    shards = {Path(SHARD).name: members[SHARD].read_bytes()}
    weights = read_weights(document["weightsManifest"], shards)
    build(document["modelTopology"]["node"], weights, target / "model.onnx")
    (target / "labels.txt").write_text("\n".join(CLASSES) + "\n", encoding="utf-8")


def build(nodes: Sequence[Node], weights: Mapping[str, Float], target: Path) -> None:
    """Write the network of these nodes and weights as an ONNX graph to `target`."""
    graph = GraphWriter()
    mean, deviation = (
        graph.constant(np.array(values, np.float32)[:, None, None])
        for values in (CHANNEL_MEAN, CHANNEL_DEVIATION)
    )
    normal = graph.add("Div", graph.add("Sub", "image", mean), deviation)
    published = TensorflowGraph(graph, weights)
    published.write(nodes, {"input_1": Value(normal, (1, 3, SIDE, SIDE), (0, 1, 2, 3))})
    heads = [published.transposed(name) for name in SCORES]
    graph.add("Concat", *heads, axis=1, output="scores")
    spreads = graph.add("Concat", *(published.transposed(name) for name in SPREADS), axis=1)
    _boxes(graph, spreads)
    cells = sum((SIDE // stride) ** 2 for stride in STRIDES)
    outputs: dict[str, list[int | str]] = {"scores": ["N", cells, len(CLASSES)], "boxes": ["N", cells, 4]}
    graph.save(target, "nanodet_g", {"image": ["N", 3, SIDE, SIDE]}, outputs)


def _boxes(graph: GraphWriter, spreads: str) -> None:
    """Add `boxes`: the expected distance of each side from the middle of its cell, as corners."""
    shape = graph.constant(np.array([0, 0, 4, DISTANCES], np.int64))
    shares = graph.add("Softmax", graph.add("Reshape", spreads, shape), axis=-1)
    expected = graph.add("MatMul", shares, graph.constant(np.arange(DISTANCES, dtype=np.float32)))
    sizes, middles = _cells()
    signed = sizes[:, None] * np.array([-1, -1, 1, 1], np.float32)
    distances = graph.add("Mul", expected, graph.constant(signed))
    graph.add("Add", distances, graph.constant(np.tile(middles, 2)), output="boxes")


def _cells() -> tuple[Float, Any]:
    """Return size [n] and middle [n, 2] (x, y) of every cell in pixels, row by row, small cells first."""
    sizes, middles = [], []
    for stride in STRIDES:
        along = (np.arange(SIDE // stride, dtype=np.float32) + np.float32(0.5)) * np.float32(stride)
        middles.append(np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2))
        sizes.append(np.full(len(middles[-1]), stride, np.float32))
    return np.concatenate(sizes), np.concatenate(middles)
