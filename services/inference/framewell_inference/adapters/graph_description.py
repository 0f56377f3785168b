"""What an ONNX graph is, read without running it: operators, tensors, weights. Refuses what may not run here.

Runs in a sandboxed child for graphs of others, and in the process for those that training made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import onnx

from framewell_inference.domain.tensors import InvalidInputError

OPSETS: Final = range(7, 26)
"""ONNX operator sets the runtime in use has kernels for."""

STANDARD: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
"""Domains of ONNX's own operators."""

CONTRIBUTED: Final = "com.microsoft"
"""Domain of the operators that ONNX Runtime ships beside them; those of other libraries are not loaded."""

CHECKED_BYTES: Final = 256 << 20
"""Largest graph that ONNX's own checker sees: it holds every weight once more."""

LARGEST_TENSOR: Final = 2 << 30
"""Bytes that one tensor of weights has less than: ONNX Runtime reads no larger one from memory."""

MOST_NODES: Final = 200_000
"""Most nodes of a graph, those of its subgraphs among them."""

DEEPEST: Final = 16
"""How deep graphs may stand in the nodes of graphs (If, Loop, Scan)."""

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
    metadata: dict[str, str]


def describe_graph(
    graph: bytes, *, contributed: Collection[str] = (), outside: Mapping[str, int] | None = None
) -> GraphDescription:
    """Return what a graph is. Raises InvalidInputError for what is none, and for one that may not run.

    `contributed` are the operators that the runtime ships beside ONNX's own, `outside` the files beside the
    graph in which its weights may stand, with their sizes in bytes.
    """
    try:
        model = onnx.load_model_from_string(graph)
    except Exception as error:  # protobuf's own errors, and ValueError
        raise InvalidInputError(f"not a valid ONNX graph: {str(error)[:300]}") from error
    nodes = list(_nodes(model.graph))
    weights, constants = list(model.graph.initializer), list(_constants(model, nodes))
    for tensor in weights:
        if _is_outside(tensor):
            _check_outside(tensor, outside or {})
    for tensor in constants:
        if _is_outside(tensor):
            raise InvalidInputError(
                f"the constant {tensor.name} stands outside the graph: only its weights may"
            )
    _check_form(model, len(graph))
    opset = _opset(model)
    _check_nodes(nodes, contributed)
    named = {tensor.name for tensor in weights}
    return GraphDescription(
        inputs=tuple(_tensor(one) for one in model.graph.input if one.name not in named),
        outputs=_outputs(model, len(graph)),
        opset=opset,
        operators=tuple(sorted({node.op_type for node in nodes})),
        parameters=sum(_count(tensor) for tensor in (*weights, *constants)),
        metadata={one.key: one.value for one in model.metadata_props},
    )


def _outputs(model: Any, size: int) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Return the outputs with the sizes that follow from the graph where it leaves them open."""
    outputs = tuple(_tensor(one) for one in model.graph.output)
    if size > CHECKED_BYTES or all(-1 not in shape[1:] for _, _, shape in outputs):
        return outputs
    try:
        inferred = onnx.shape_inference.infer_shapes(model)
    except Exception:  # noqa: BLE001 - whatever it stumbles over: they stay open
        return outputs
    return tuple(_tensor(one) for one in inferred.graph.output)


def _check_form(model: Any, size: int) -> None:
    """Raise InvalidInputError for what ONNX's own checker refuses; it never looks at files."""
    if size > CHECKED_BYTES:
        return
    checked = model
    if any(_is_outside(one) for one in model.graph.initializer):
        checked = onnx.ModelProto()
        checked.CopyFrom(model)
        inside = [one for one in model.graph.initializer if not _is_outside(one)]
        given = {one.name for one in model.graph.input}
        del checked.graph.initializer[:]
        checked.graph.initializer.extend(inside)
        for one in model.graph.initializer:  # to the checker it is one more input
            if _is_outside(one) and one.name not in given:
                value = onnx.helper.make_tensor_value_info(one.name, one.data_type, list(one.dims))
                checked.graph.input.append(value)
    try:
        onnx.checker.check_model(checked)
    except Exception as error:
        raise InvalidInputError(f"not a valid ONNX graph: {str(error)[:300]}") from error


def _is_outside(tensor: Any) -> bool:
    return bool(tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data)


def _check_outside(tensor: Any, files: Mapping[str, int]) -> None:
    """Raise InvalidInputError unless the weights stand within one of the files."""
    where = {entry.key: entry.value for entry in tensor.external_data}
    location = where.get("location", "")
    if location not in files:
        raise InvalidInputError(
            f"weights of {tensor.name} stand in {location!r}: its files of weights are "
            f"{', '.join(sorted(files)) or 'none'}; list them in the manifest, or save the model as one file"
        )
    places = [where.get(key, "0") for key in ("offset", "length")]
    if (
        not all(place.isdecimal() and len(place) < 20 for place in places)
        or sum(map(int, places)) > files[location]
    ):
        raise InvalidInputError(f"weights of {tensor.name} end behind the end of {location}")
    if int(places[1]) >= LARGEST_TENSOR:
        raise InvalidInputError(f"weights of {tensor.name} are one tensor of 2 GiB or more: split it")


def _opset(model: Any) -> int:
    found = 0
    for opset in model.opset_import:
        if opset.domain not in {*STANDARD, CONTRIBUTED}:
            raise InvalidInputError(_foreign(f"operators of {opset.domain!r}"))
        if opset.domain in {"", "ai.onnx"}:
            if opset.version not in OPSETS:
                raise InvalidInputError(
                    f"opset {opset.version} is not supported, {OPSETS[0]} to {OPSETS[-1]} are"
                )
            found = opset.version
    if model.functions:
        raise InvalidInputError("functions of a model's own are not allowed: inline them")
    return found


def _check_nodes(nodes: list[Any], contributed: Collection[str]) -> None:
    for node in nodes:
        known = node.domain in STANDARD or (node.domain == CONTRIBUTED and node.op_type in contributed)
        if not known:
            raise InvalidInputError(_foreign(f"the operator {node.op_type} of {node.domain!r}"))


def _foreign(what: str) -> str:
    return f"{what} cannot be run: only those of ONNX, and those of {CONTRIBUTED} that ONNX Runtime ships"


def _nodes(graph: Any) -> Iterator[Any]:
    """Yield every node of a graph and of the graphs inside its nodes."""
    waiting, count = [(graph, 0)], 0
    while waiting:
        inside, depth = waiting.pop()
        if depth > DEEPEST:
            raise InvalidInputError(f"graphs inside graphs are taken {DEEPEST} deep at most")
        for node in inside.node:
            count += 1
            if count > MOST_NODES:
                raise InvalidInputError(f"a graph of more than {MOST_NODES} nodes is not taken")
            yield node
            for attribute in node.attribute:
                inner = [attribute.g] if attribute.HasField("g") else []
                waiting += [(one, depth + 1) for one in (*inner, *attribute.graphs)]


def _constants(model: Any, nodes: list[Any]) -> Iterator[Any]:
    """Yield every tensor that stands in the model beside the weights of its graph."""
    sparse_weights, graphs = list(model.graph.sparse_initializer), list[Any]()
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
        sparse_weights += graph.sparse_initializer
    for sparse in sparse_weights:
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
