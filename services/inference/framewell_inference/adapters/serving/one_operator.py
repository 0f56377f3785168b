"""The smallest graph there is, by which the runtime and a device are tried."""

from __future__ import annotations

from onnx import TensorProto, helper


def one_operator() -> bytes:
    """Return a graph that gives back what it takes: x [1] float32 -> y."""
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "one-operator",
        [tensor("x", TensorProto.FLOAT, [1])],
        [tensor("y", TensorProto.FLOAT, [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
