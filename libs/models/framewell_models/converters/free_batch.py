"""A graph that was exported for one row, made to take any number of rows: same layers, same weights.

What fixes the number in such a graph is the shape of its tensors, and reshapes that name the one row. Only
operators are known that treat every row alike; a graph with any other is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import numpy_helper

ROWS: Final = "N"
"""Name of the free dimension."""

ROW_BY_ROW: Final = frozenset({"Add", "Conv", "MaxPool", "Relu", "Resize", "Sigmoid", "Transpose"})

COPIED: Final = 0
"""In the shape of a Reshape: this dimension as it comes in."""


def convert(members: Mapping[str, Path], target: Path) -> None:
    """Write `model.onnx` into `target`, made of the only member."""
    (source,) = members.values()
    model = onnx.load_model(source, load_external_data=False)
    freed(model)
    (target / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))


def freed(model: onnx.ModelProto) -> None:
    """Free the first dimension of inputs and outputs. Raises ValueError where a row may reach another one."""
    graph = model.graph
    constants = {one.name: one for one in graph.initializer}
    shapes = set[str]()
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[1] in constants:
            shapes.add(node.input[1])
        elif node.op_type not in ROW_BY_ROW or _moves_rows(node):
            raise ValueError(f"{node.op_type} {node.name}: it is not known to treat every row alike")
    for name in shapes:
        shape = numpy_helper.to_array(constants[name])
        if shape[0] != 1:
            raise ValueError(f"a reshape to {shape.tolist()} does not keep one row")
        constants[name].CopyFrom(numpy_helper.from_array(np.array([COPIED, *shape[1:]], np.int64), name))
    # Graphs of older versions list their weights among the inputs.
    _free(one for one in (*graph.input, *graph.output) if one.name not in constants)
    del graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)


def _moves_rows(node: onnx.NodeProto) -> bool:
    """Return whether a Transpose puts another dimension in the place of the first."""
    return node.op_type == "Transpose" and next(iter(node.attribute)).ints[0] != 0


def _free(tensors: Iterable[onnx.ValueInfoProto]) -> None:
    for one in tensors:
        first = one.type.tensor_type.shape.dim[0]
        if first.dim_value != 1:
            raise ValueError(f"{one.name} does not have one row")
        first.dim_param = ROWS
