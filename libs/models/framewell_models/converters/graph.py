"""A small ONNX graph writer: what a converter needs to lay layers one after another.

Tensors are named `t<n>`, constants `c<n>`, in the order they are made, so the same weights always give the
same bytes; pictures are NCHW float32. onnx.helper alone would do; the two things it lacks are running
names and padding as TensorFlow's SAME asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
Float = npt.NDArray[np.float32]

OPSET: Final = 17
IR_VERSION: Final = 8


@dataclass(slots=True)
class GraphWriter:
    """Collects nodes and constants; every call appends and returns the name of its result."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, value: Array) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def scalar(self, value: Array) -> str:
        """Add one number without dimensions."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value.reshape(()), name))
        return name

    def add(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def add_many(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> list[str]:
        """Append a node of several results and return their names."""
        self.nodes.append(helper.make_node(kind, list(inputs), list(outputs), **attributes))
        return list(outputs)

    def conv(
        self,
        source: str,
        kernel: Float,
        bias: Float,
        *,
        stride: int = 1,
        pads: Sequence[int] = (0, 0, 0, 0),
        group: int = 1,
    ) -> str:
        """Add a 2-D convolution. `kernel` is OIHW; `pads` is top, left, bottom, right."""
        return self.add(
            "Conv", source, self.constant(kernel.astype(np.float32)), self.constant(bias.astype(np.float32)),
            strides=[stride, stride], pads=list(pads), group=group,
        )  # fmt: skip

    def relu6(self, source: str) -> str:
        return self.add(
            "Clip", source, self.constant(np.array(0.0, np.float32)), self.constant(np.array(6.0, np.float32))
        )

    def dense(self, source: str, weights: Float, bias: Float, output: str | None = None) -> str:
        """Add `source` [N, in] times `weights` [in, out] plus `bias` [out]."""
        return self.add("Gemm", source, self.constant(weights), self.constant(bias), output=output)

    def save(
        self,
        target: Path,
        name: str,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
        types: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Check the graph in full (types and shapes inferred) and write it, byte for byte repeatable.

        Inputs and outputs are float32 where `types` has none of their names.
        """
        graph = helper.make_graph(
            self.nodes,
            name,
            [_tensor(key, types, shape) for key, shape in inputs.items()],
            [_tensor(key, types, shape) for key, shape in outputs.items()],
            self.constants,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="framewell-models",
            producer_version="1",
        )
        onnx.checker.check_model(model, full_check=True)
        target.write_bytes(model.SerializeToString(deterministic=True))


def _tensor(name: str, types: Mapping[str, int], shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, types.get(name, TensorProto.FLOAT), shape)


def fold_batch_norm(
    gamma: Float, beta: Float, mean: Float, variance: Float, epsilon: float
) -> tuple[Float, Float]:
    """Return batch normalisation in inference form: per-channel (scale, shift)."""
    scale = (gamma / np.sqrt(variance + np.float32(epsilon))).astype(np.float32)
    return scale, (beta - mean * scale).astype(np.float32)


def same_pads(size: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """Return TensorFlow's SAME padding for a square input: the odd pixel goes to the bottom and the right."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    before = total // 2
    return before, before, total - before, total - before
