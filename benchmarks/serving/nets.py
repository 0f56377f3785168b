"""The nets that are served: one that costs nothing, and one of MobileNetV2's shape with weights by chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

TINY: Final = "tiny"
MOBILE: Final = "mobile"

SHAPES: Final = {TINY: (1, 4), MOBILE: (1, 3, 224, 224)}
"""What one request holds, float32."""

# Sandler et al. 2018, table 2: expansion, channels, repeats, stride.
_BLOCKS: Final = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip


def write(folder: Path) -> None:
    """Write `<name>.onnx` of both nets."""
    for name, graph in ((TINY, _tiny()), (MOBILE, _Mobile().graph())):
        (folder / f"{name}.onnx").write_bytes(graph)


def _tiny() -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        TINY,
        [value("x", TensorProto.FLOAT, ["N", 4])],
        [value("y", TensorProto.FLOAT, ["N", 4])],
        [numpy_helper.from_array(np.eye(4, dtype=np.float32), "w")],
    )
    return _bytes(graph)


class _Mobile:
    def __init__(self) -> None:
        self._random = np.random.default_rng(5)
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []

    def graph(self) -> bytes:
        at, channels = self._convolve("x", 3, 32, size=3, stride=2), 32
        for expansion, wide, repeats, stride in _BLOCKS:
            for again in range(repeats):
                at = self._block(at, channels, wide, expansion, 1 if again else stride)
                channels = wide
        at = self._convolve(at, channels, 1280)
        self._nodes.append(helper.make_node("GlobalAveragePool", [at], ["pooled"]))
        self._nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"]))
        self._weight("head", (1280, 1000))
        self._nodes.append(helper.make_node("MatMul", ["flat", "head"], ["y"]))
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            MOBILE,
            [value("x", TensorProto.FLOAT, ["N", *SHAPES[MOBILE][1:]])],
            [value("y", TensorProto.FLOAT, ["N", 1000])],
            self._weights,
        )
        return _bytes(graph)

    def _block(self, at: str, narrow: int, wide: int, expansion: int, stride: int) -> str:
        inner = narrow * expansion
        middle = self._convolve(at, narrow, inner) if expansion > 1 else at
        middle = self._convolve(middle, inner, inner, size=3, stride=stride, group=inner)
        out = self._convolve(middle, inner, wide, clipped=False)
        if stride > 1 or narrow != wide:
            return out
        return self._node("Add", [at, out])

    def _convolve(
        self,
        at: str,
        narrow: int,
        wide: int,
        *,
        size: int = 1,
        stride: int = 1,
        group: int = 1,
        clipped: bool = True,
    ) -> str:
        weight = self._weight(f"w{len(self._weights)}", (wide, narrow // group, size, size))
        edge = size // 2
        out = self._node(
            "Conv",
            [at, weight],
            strides=[stride, stride],
            group=group,
            pads=[edge] * 4,
            kernel_shape=[size, size],
        )
        return self._node("Relu", [out]) if clipped else out

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def _weight(self, name: str, shape: tuple[int, ...]) -> str:
        scale = np.sqrt(2 / np.prod(shape[1:]))
        values = (self._random.normal(size=shape) * scale).astype(np.float32)
        self._weights.append(numpy_helper.from_array(values, name))
        return name


def _bytes(graph: GraphProto) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
