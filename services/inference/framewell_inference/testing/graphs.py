"""Small ONNX graphs for tests: sound ones, and ones that loop, sit in one operator, or ask for all memory."""

from __future__ import annotations

import hashlib

import numpy as np
from onnx import GraphProto, TensorProto, helper, numpy_helper

from framewell_models.manifest import Limits, Manifest
from framewell_models.manifest_reader import read

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING


def model_of(graph: GraphProto, *, opset: int = 17) -> bytes:
    """Return a graph as the bytes of a model file."""
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8
    ).SerializeToString()


def doubling() -> bytes:
    """x [N, 2] float32 -> y = x + x."""
    return _one_node("Add", ["x", "x"], FLOAT, ["N", 2])


def echo(kind: int) -> bytes:
    """x [N] of any type -> the same."""
    return _one_node("Identity", ["x"], kind, ["N"])


def long_operator() -> bytes:
    """x [N, N] float32 -> x @ x: one operator, which the runtime never interrupts."""
    return _one_node("MatMul", ["x", "x"], FLOAT, ["N", "N"])


def endless(rounds: int = 10**12) -> bytes:
    """x [1] float32 -> x + 1, so many times, in a Loop."""
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["goes"]), helper.make_node("Add", ["v", "one"], ["w"])],
        "body",
        [value("i", INT64, []), value("go", TensorProto.BOOL, []), value("v", FLOAT, [1])],
        [value("goes", TensorProto.BOOL, []), value("w", FLOAT, [1])],
        [helper.make_tensor("one", FLOAT, [1], [1.0])],
    )
    graph = helper.make_graph(
        [helper.make_node("Loop", ["rounds", "true", "x"], ["y"], body=body)],
        "endless",
        [value("x", FLOAT, [1])],
        [value("y", FLOAT, [1])],
        [
            helper.make_tensor("rounds", INT64, [], [rounds]),
            helper.make_tensor("true", TensorProto.BOOL, [], [True]),
        ],
    )
    return model_of(graph)


def growing() -> bytes:
    """x [1] float32 -> itself behind itself, in a Loop without end: twice as long after each round."""
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["goes"]),
            helper.make_node("Concat", ["v", "v"], ["w"], axis=0),
        ],
        "body",
        [value("i", INT64, []), value("go", TensorProto.BOOL, []), value("v", FLOAT, ["N"])],
        [value("goes", TensorProto.BOOL, []), value("w", FLOAT, ["M"])],
    )
    graph = helper.make_graph(
        [helper.make_node("Loop", ["rounds", "true", "x"], ["y"], body=body)],
        "growing",
        [value("x", FLOAT, [1])],
        [value("y", FLOAT, ["N"])],
        [
            helper.make_tensor("rounds", INT64, [], [10**9]),
            helper.make_tensor("true", TensorProto.BOOL, [], [True]),
        ],
    )
    return model_of(graph)


def hungry() -> bytes:
    """size [1] int64 -> zeros of that size: as much memory as the caller names."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("ConstantOfShape", ["size"], ["y"])],
        "hungry",
        [value("size", INT64, [1])],
        [value("y", FLOAT, ["N"])],
    )
    return model_of(graph)


def with_weights_in(location: str, *, offset: int = 0, length: int = 8) -> bytes:
    """x [N, 2] float32 -> x * w, where w [2] stands in another file."""
    value = helper.make_tensor_value_info
    weight = TensorProto(name="w", data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, given in (("location", location), ("offset", str(offset)), ("length", str(length))):
        weight.external_data.add(key=key, value=given)
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "w"], ["y"])],
        "outside",
        [value("x", FLOAT, ["N", 2])],
        [value("y", FLOAT, ["N", 2])],
        [weight],
    )
    return model_of(graph)


def contributed(operator: str = "FastGelu", domain: str = "com.microsoft") -> bytes:
    """x [N, 2] float32 -> an operator of another domain."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], ["y"], domain=domain)],
        "contributed",
        [value("x", FLOAT, ["N", 2])],
        [value("y", FLOAT, ["N", 2])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())


def nested(depth: int) -> bytes:
    """go [] bool -> 1: an If inside an If, so deep."""
    value = helper.make_tensor_value_info
    one = helper.make_node("Constant", [], ["c"], value=helper.make_tensor("c", FLOAT, [1], [1.0]))
    innermost = helper.make_graph([one], "innermost", [], [value("c", FLOAT, [1])])
    branch = innermost
    for level in range(depth):
        node = helper.make_node("If", ["go"], [f"y{level}"], then_branch=branch, else_branch=innermost)
        branch = helper.make_graph([node], f"level{level}", [], [value(f"y{level}", FLOAT, [1])])
    branch.input.append(value("go", TensorProto.BOOL, []))
    return model_of(branch)


def convolution() -> bytes:
    """x [N, 3, 16, 16] -> 4 channels, clipped below nothing."""
    value = helper.make_tensor_value_info
    weight = np.random.default_rng(3).normal(size=(4, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["c"], pads=[1] * 4, kernel_shape=[3, 3]),
            helper.make_node("Relu", ["c"], ["y"]),
        ],
        "convolution",
        [value("x", TensorProto.FLOAT, ["N", 3, 16, 16])],
        [value("y", TensorProto.FLOAT, ["N", 4, 16, 16])],
        [numpy_helper.from_array(weight, "w")],
    )
    return model_of(graph)


def manifest_of(
    graph: bytes,
    *,
    name: str = "site/tried",
    version: str = "1.0",
    limits: Limits | None = None,
    precision: str = "float32",
) -> Manifest:
    """Return a manifest of a graph from outside."""
    pinned = hashlib.sha256(graph).hexdigest()
    bounds = limits or Limits()
    return read(
        f"""
        name: {name}
        version: "{version}"
        task: classification
        intended_use: Is run in tests.
        licence: {{code: MIT, weights: MIT}}
        files: [{{name: model.onnx, sha256: {pinned}}}]
        limits: {{seconds: {bounds.seconds}, memory_mib: {bounds.memory_bytes >> 20}, batch: {bounds.batch}}}
        precision: {precision}
        """
    )


def _one_node(operator: str, inputs: list[str], kind: int, shape: list[int | str]) -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node(operator, inputs, ["y"])],
        operator.lower(),
        [value("x", kind, shape)],
        [value("y", kind, shape)],
    )
    return model_of(graph)
