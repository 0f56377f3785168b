"""What an ONNX graph is, read without running it: operators, tensors, weights. Refuses what may not run here.

Runs in a sandboxed child for graphs of others, and in the process for those that training made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import onnx

from framewell_inference.domain.tensors import InvalidInputError

OPSETS: Final = range(7, 26)
"""ONNX operator sets the runtime in use has kernels for."""

DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
"""Operator domains that are allowed: standard operators only, no custom libraries."""

CHECKED_BYTES: Final = 256 << 20
"""Largest graph that ONNX's own checker sees: it holds every weight once more."""

MOST_NODES: Final = 200_000
"""Most nodes of a graph, those of its subgraphs among them."""


_TYPES: Final = {"float": "float32", "double": "float64"}
"""Types that ONNX calls otherwise than numpy."""


@dataclass(frozen=True, slots=True)
class GraphDescription:
    """Tensors as (name, type, shape; -1 is free), operators by name, and how many numbers the weights are."""

    inputs: tuple[tuple[str, str, tuple[int, ...]], ...]
    outputs: tuple[tuple[str, str, tuple[int, ...]], ...]
    opset: int
    operators: tuple[str, ...]
    parameters: int


def describe_graph(graph: bytes) -> GraphDescription:
    """Return what a graph is. Raises InvalidInputError for what is none, and for one that may not run."""
    try:
        model = onnx.load_model_from_string(graph)
        if len(graph) <= CHECKED_BYTES:
            onnx.checker.check_model(model)
    except Exception as error:  # onnx raises protobuf's and its own errors, and plain ValueError
        raise InvalidInputError(f"not a valid ONNX graph: {str(error)[:300]}") from error
    opset = _opset(model)
    nodes = list(_nodes(model.graph))
    _check_nodes(nodes)
    parameters = 0
    for tensor in _weights(model, nodes):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise InvalidInputError("weights outside the graph are not allowed: save the model as one file")
        parameters += _count(tensor)
    weights = {tensor.name for tensor in model.graph.initializer}
    return GraphDescription(
        inputs=tuple(_tensor(one) for one in model.graph.input if one.name not in weights),
        outputs=tuple(_tensor(one) for one in model.graph.output),
        opset=opset,
        operators=tuple(sorted({node.op_type for node in nodes})),
        parameters=parameters,
    )


def _opset(model: Any) -> int:
    found = 0
    for opset in model.opset_import:
        if opset.domain not in DOMAINS:
            raise InvalidInputError(f"operators of {opset.domain!r} are not allowed, only ONNX's own")
        if opset.domain in {"", "ai.onnx"}:
            if opset.version not in OPSETS:
                raise InvalidInputError(
                    f"opset {opset.version} is not supported, {OPSETS[0]} to {OPSETS[-1]} are"
                )
            found = opset.version
    if model.functions:
        raise InvalidInputError("functions of a model's own are not allowed: inline them")
    return found


def _check_nodes(nodes: list[Any]) -> None:
    for node in nodes:
        if node.domain not in DOMAINS:
            raise InvalidInputError(
                f"{node.op_type} of {node.domain!r} is not allowed, only ONNX's own operators"
            )


def _nodes(graph: Any) -> Iterator[Any]:
    """Yield every node of a graph and of the graphs inside its nodes."""
    waiting, count = [graph], 0
    while waiting:
        for node in waiting.pop().node:
            count += 1
            if count > MOST_NODES:
                raise InvalidInputError(f"a graph of more than {MOST_NODES} nodes is not taken")
            yield node
            for attribute in node.attribute:
                waiting += [attribute.g] if attribute.HasField("g") else []
                waiting += attribute.graphs


def _weights(model: Any, nodes: list[Any]) -> Iterator[Any]:
    """Yield every tensor that stands in the model, wherever it is."""
    graphs = [model.graph]
    for node in nodes:
        for attribute in node.attribute:
            graphs += [attribute.g] if attribute.HasField("g") else []
            graphs += attribute.graphs
            yield from ([attribute.t] if attribute.HasField("t") else [])
            yield from attribute.tensors
            for sparse in [attribute.sparse_tensor, *attribute.sparse_tensors]:
                yield from (sparse.values, sparse.indices)
    for graph in graphs:
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)


def _count(tensor: Any) -> int:
    count = 1
    for size in tensor.dims:
        count *= size
    return count if tensor.dims else 0


def _tensor(value: Any) -> tuple[str, str, tuple[int, ...]]:
    if not value.type.HasField("tensor_type"):
        raise InvalidInputError(f"{value.name} is no tensor, so nobody can send or read it")
    kind = value.type.tensor_type
    shape = tuple(one.dim_value if one.HasField("dim_value") else -1 for one in kind.shape.dim)
    called = onnx.TensorProto.DataType.Name(kind.elem_type).lower()
    return value.name, _TYPES.get(called, called), shape
