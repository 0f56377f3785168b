"""TensorFlow.js graph models to ONNX: the operators of one convolutional network after another.

TensorFlow convolves with channels last, ONNX with channels first, so exported graphs are full of
transpositions. None is written here: a value carries the order of its axes, and operators along an axis
take the stored one. The first axis is the batch: free, whatever the published graph says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from framewell_models.converters.graph import Array, Float, GraphWriter

CHANNELS_LAST: Final = (0, 2, 3, 1)
"""Axes of TensorFlow's pictures [n, height, width, channels] in ONNX's [n, channels, height, width]."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the written graph, as the published one sees it."""

    name: str
    shape: tuple[int, ...]
    """Sizes along the published axes."""
    order: tuple[int, ...]
    """For each published axis the stored one."""


Node = Mapping[str, Any]


@dataclass(slots=True)
class TensorflowGraph:
    """Writes nodes, in the order in which they are published, to `graph`."""

    graph: GraphWriter
    weights: Mapping[str, Float]
    values: dict[str, Value] = field(default_factory=dict)
    constants: dict[str, Array] = field(default_factory=dict)

    def write(self, nodes: Sequence[Node], inputs: Mapping[str, Value]) -> None:
        """Write all nodes. Raises ValueError for an operator that is not known here."""
        self.values |= inputs
        for node in nodes:
            if node["op"] not in {"Const", "Placeholder"}:
                self._write(node)
            elif node["op"] == "Const":
                self.constants[node["name"]] = self.weights[node["name"]]

    def transposed(self, name: str) -> str:
        """Return the stored name of a value with its axes as published."""
        value = self.values[name]
        if value.order == tuple(range(len(value.order))):
            return value.name
        return self.graph.add("Transpose", value.name, perm=list(value.order))

    def _write(self, node: Node) -> None:
        kind, name = node["op"], node["name"]
        sources = [source.removesuffix(":0") for source in node.get("input", ())]
        if kind in _FOLDED and all(source in self.constants for source in sources):
            self.constants[name] = _FOLDED[kind](*(self.constants[source] for source in sources))
            return
        if kind not in _OPERATORS:
            raise ValueError(f"node {name} is a {kind}; known are {', '.join(sorted(_OPERATORS))}")
        _OPERATORS[kind](self, node, sources)

    def _unary(self, node: Node, sources: list[str], kind: str, **attributes: Any) -> None:
        value = self.values[sources[0]]
        self.values[node["name"]] = replace(value, name=self.graph.add(kind, value.name, **attributes))

    def identity(self, node: Node, sources: list[str]) -> None:
        self.values[node["name"]] = self.values[sources[0]]

    def sigmoid(self, node: Node, sources: list[str]) -> None:
        self._unary(node, sources, "Sigmoid")

    def leaky_relu(self, node: Node, sources: list[str]) -> None:
        self._unary(node, sources, "LeakyRelu", alpha=float(node["attr"]["alpha"]["f"]))

    def transpose(self, node: Node, sources: list[str]) -> None:
        value, turn = self.values[sources[0]], self._integers(sources[1])
        self.values[node["name"]] = replace(
            value,
            shape=tuple(value.shape[axis] for axis in turn),
            order=tuple(value.order[axis] for axis in turn),
        )

    def add(self, node: Node, sources: list[str]) -> None:
        value, other = self.values[sources[0]], sources[1]
        if other in self.constants:
            stored = self.graph.constant(_broadcast(self.constants[other], value))
        elif self.values[other].order == value.order:
            stored = self.values[other].name
        else:
            raise ValueError(f"node {node['name']} adds tensors whose axes lie differently")
        self.values[node["name"]] = replace(value, name=self.graph.add("Add", value.name, stored))

    def pad(self, node: Node, sources: list[str]) -> None:
        value, amounts = self.values[sources[0]], self.constants[sources[1]].astype(np.int64)
        stored = np.zeros_like(amounts)
        stored[list(value.order)] = amounts
        inputs = [value.name, self.graph.constant(stored.T.ravel())]
        if len(sources) == 3:
            inputs.append(self.graph.constant(self.constants[sources[2]].astype(np.float32).reshape(())))
        shape = tuple(size + int(both) for size, both in zip(value.shape, amounts.sum(axis=1), strict=True))
        self.values[node["name"]] = replace(value, name=self.graph.add("Pad", *inputs), shape=shape)

    def conv(self, node: Node, sources: list[str]) -> None:
        value, kernel = self._picture(node, sources), self.constants[sources[1]]  # kernels are HWIO
        stride = _stride(node)
        bias = np.zeros(kernel.shape[3], np.float32)
        stored = self.graph.conv(value.name, kernel.transpose(3, 2, 0, 1), bias, stride=stride)
        size = [(side - kernel.shape[0]) // stride + 1 for side in value.shape[1:3]]
        self.values[node["name"]] = Value(stored, (1, *size, kernel.shape[3]), CHANNELS_LAST)

    def max_pool(self, node: Node, sources: list[str]) -> None:
        value, stride = self._picture(node, sources), _stride(node)
        side = int(node["attr"]["ksize"]["list"]["i"][1])
        stored = self.graph.add("MaxPool", value.name, kernel_shape=[side, side], strides=[stride, stride])
        size = [(one - side) // stride + 1 for one in value.shape[1:3]]
        self.values[node["name"]] = Value(stored, (1, *size, value.shape[3]), CHANNELS_LAST)

    def resize(self, node: Node, sources: list[str]) -> None:
        value, size = self._picture(node, sources), self._integers(sources[1])
        if not node["attr"]["half_pixel_centers"]["b"] or node["attr"]["align_corners"]["b"]:
            raise ValueError(f"node {node['name']} resizes otherwise than by the centres of pixels")
        scales = [1.0, 1.0, size[0] / value.shape[1], size[1] / value.shape[2]]
        inputs = [value.name, "", self.graph.constant(np.array(scales, np.float32))]
        stored = self.graph.add("Resize", *inputs, mode="linear", coordinate_transformation_mode="half_pixel")
        self.values[node["name"]] = Value(stored, (1, *size, value.shape[3]), CHANNELS_LAST)

    def concat(self, node: Node, sources: list[str]) -> None:
        values = [self.values[source] for source in sources[:-1]]
        if len({value.order for value in values}) > 1:
            raise ValueError(f"node {node['name']} joins tensors whose axes lie differently")
        axis, first = self._integers(sources[-1])[0], values[0]
        shape = list(first.shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        names = [value.name for value in values]
        stored = self.graph.add("Concat", *names, axis=first.order[axis])
        self.values[node["name"]] = Value(stored, tuple(shape), first.order)

    def split(self, node: Node, sources: list[str]) -> None:
        value, axis = self.values[sources[0]], self._integers(sources[2])[0]
        begin = 0
        for number, size in enumerate(self._integers(sources[1])):
            bounds = [np.array([one], np.int64) for one in (begin, begin + size, value.order[axis])]
            stored = self.graph.add("Slice", value.name, *(self.graph.constant(one) for one in bounds))
            shape = (*value.shape[:axis], size, *value.shape[axis + 1 :])
            self.values[node["name"] + (f":{number}" if number else "")] = Value(stored, shape, value.order)
            begin += size

    def reshape(self, node: Node, sources: list[str]) -> None:
        shape = list(self._integers(sources[1]))
        if shape[0] != self.values[sources[0]].shape[0]:
            raise ValueError(f"node {node['name']} does not keep the batch apart")
        wanted = self.graph.constant(np.array([0, *shape[1:]], np.int64))
        stored = self.graph.add("Reshape", self.transposed(sources[0]), wanted)
        rest = int(np.prod(self.values[sources[0]].shape)) // abs(int(np.prod(shape)))
        sizes = tuple(rest if size < 0 else size for size in shape)
        self.values[node["name"]] = Value(stored, sizes, tuple(range(len(sizes))))

    def _picture(self, node: Node, sources: list[str]) -> Value:
        """Return the source of an operator on pictures, which lies as ONNX has it and needs no padding."""
        value, attributes = self.values[sources[0]], node["attr"]
        dilations = attributes.get("dilations", {}).get("list", {}).get("i", ["1"])
        if value.order != CHANNELS_LAST or set(map(int, dilations)) != {1}:
            raise ValueError(f"node {node['name']} is not over pictures with channels last, undilated")
        if attributes.get("padding", {"s": _VALID})["s"] != _VALID:
            raise ValueError(f"node {node['name']} pads by itself, which is not expected here")
        return value

    def _integers(self, name: str) -> tuple[int, ...]:
        return tuple(int(value) for value in self.constants[name].ravel())


_VALID: Final = "VkFMSUQ="
"""The word VALID as attributes have it, in Base64."""


def _stride(node: Node) -> int:
    along = {int(value) for value in node["attr"]["strides"]["list"]["i"][1:3]}
    if len(along) != 1:
        raise ValueError(f"node {node['name']} has a stride of its own for each side")
    return along.pop()


def _broadcast(constant: Array, value: Value) -> Float:
    """Return a constant over the last published axis, as it lies along the stored one."""
    shape = [1] * len(value.shape)
    shape[value.order[-1]] = constant.size
    return constant.astype(np.float32).reshape(shape)


def _sparse_to_dense(places: Array, shape: Array, values: Array, rest: Array) -> Array:
    dense = np.full(shape.astype(np.int64).ravel(), rest.ravel()[0])
    dense[tuple(places.astype(np.int64).T)] = values
    return dense


_FOLDED: Final[Mapping[str, Callable[..., Array]]] = {
    "AddV2": lambda one, other: one + other,
    "SparseToDense": _sparse_to_dense,
}
"""Operators of which the published graph has some on constants alone: they are computed here."""

_OPERATORS: Final[Mapping[str, Callable[[TensorflowGraph, Node, list[str]], None]]] = {
    "Add": TensorflowGraph.add,
    "AddV2": TensorflowGraph.add,
    "ConcatV2": TensorflowGraph.concat,
    "Conv2D": TensorflowGraph.conv,
    "Identity": TensorflowGraph.identity,
    "LeakyRelu": TensorflowGraph.leaky_relu,
    "MaxPool": TensorflowGraph.max_pool,
    "Pad": TensorflowGraph.pad,
    "PadV2": TensorflowGraph.pad,
    "Reshape": TensorflowGraph.reshape,
    "ResizeBilinear": TensorflowGraph.resize,
    "Sigmoid": TensorflowGraph.sigmoid,
    "SplitV": TensorflowGraph.split,
    "Transpose": TensorflowGraph.transpose,
}
