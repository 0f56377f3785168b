"""Heads become ONNX graphs, and each graph is held against its head before anybody may use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from framewell_contracts.sentences import say
from framewell_training.domain.faces import Vectors
from framewell_training.recipes.graphs import (
    INPUT,
    MOST_DIFFERENCE,
    OUTPUT,
    Graph,
    GraphDiffers,
    UnreadableGraph,
)
from framewell_training.recipes.identity.heads import CentroidHead, CorrectedHead, Distances, Head, LinearHead

OPSET: Final = 18
IR_VERSION: Final = 8
"""The file format that came with the operator set; a newer one is refused by runtimes that know the set."""

RANDOM_PROBES: Final = 256
PROBE_NORM: Final = 1.45
"""Length of a typical embedding (dlib's face ResNet); random probes have it, so that they lie among faces."""


@dataclass(frozen=True, slots=True)
class OnnxExporter:
    """GraphExporter that writes the few operators of a head itself, in double precision inside.

    torch is not needed for it: its exporters trace a module that would have to be written beside each head,
    and a process that has torch in memory costs 600 MB while nothing is trained.
    """

    def export(self, head: Head, probes: Vectors) -> Graph:
        dimensions = probes.shape[1]
        data = graph_of(head, dimensions)
        onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
        random = np.random.default_rng(0).standard_normal((RANDOM_PROBES, dimensions))
        random *= PROBE_NORM / np.linalg.norm(random, axis=1, keepdims=True)
        return Graph(data, compare(data, head, np.concatenate([probes, random.astype(np.float32)])))


@dataclass(frozen=True, slots=True)
class OnnxReader:
    """GraphReader by ONNX Runtime on the CPU, in one thread."""

    def read(self, onnx: bytes) -> Callable[[Vectors], Distances]:
        session = _session(onnx)

        def distances(vectors: Vectors) -> Distances:
            try:
                found: Distances = session.run([OUTPUT], {INPUT: vectors})[0]
            except Exception as error:  # its errors have no common base but this
                raise UnreadableGraph(
                    say("graph_unreadable.run", "its graph cannot be run: {error}", error=error)
                ) from error
            return found

        return distances


def _session(data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common base but this
        raise UnreadableGraph(
            say("graph_unreadable.read", "its graph cannot be read: {error}", error=error)
        ) from error


def compare(data: bytes, head: Head, vectors: Vectors) -> float:
    """Return the largest absolute difference of ONNX Runtime to the head. Raise GraphDiffers past 1e-4."""
    session = _session(data)
    served, expected = session.run([OUTPUT], {INPUT: vectors})[0], head.distances(vectors)
    if served.shape != expected.shape or served.dtype != expected.dtype:
        raise GraphDiffers(
            say(
                "graph_differs.shape",
                "the exported graph gives {served}, the head {expected}",
                served=f"{served.dtype} {served.shape}",
                expected=f"{expected.dtype} {expected.shape}",
            )
        )
    difference = float(np.abs(served - expected).max())
    if not difference <= MOST_DIFFERENCE:  # NaN fails too
        raise GraphDiffers(
            say(
                "graph_differs",
                "the exported graph differs from the head by {difference} on {vectors} vectors;"
                " {allowed} is allowed",
                difference=f"{difference:.2e}",
                vectors=len(vectors),
                allowed=f"{MOST_DIFFERENCE:.0e}",
            )
        )
    return difference


def graph_of(head: Head, dimensions: int) -> bytes:
    """Return the serialised model that computes `head.distances`; the same head gives the same bytes."""
    operators = _Operators()
    vectors = operators.add("Cast", INPUT, to=TensorProto.DOUBLE)
    match head:
        case CentroidHead():
            distances, classes = operators.euclidean(vectors, head.centroids), len(head.centroids)
        case CorrectedHead():
            distances, classes = _corrected(operators, vectors, head), len(head.centroids)
        case LinearHead():
            logits = operators.add("MatMul", vectors, operators.constant(head.weights.T))
            logits = operators.add("Add", logits, operators.constant(head.biases))
            distances, classes = operators.add("Softplus", operators.add("Neg", logits)), len(head.weights)
    operators.add("Cast", distances, output=OUTPUT, to=TensorProto.FLOAT)
    return operators.model([None, dimensions], [None, classes])


def _corrected(operators: _Operators, vectors: str, head: CorrectedHead) -> str:
    neighbours = min(head.neighbours, len(head.background))
    count = operators.constant(np.array([neighbours]), np.int64)
    nearest = operators.add(
        "TopK", operators.euclidean(vectors, head.background), count, also_gives=1, axis=1, largest=0
    )
    mean = operators.add("ReduceMean", nearest, operators.constant(np.array([1]), np.int64), keepdims=1)
    less = operators.add("Mul", mean, operators.constant(np.array(head.weight)))
    shift = operators.add("Sub", operators.constant(np.array(head.offset)), less)
    shifted = operators.add("Add", operators.euclidean(vectors, head.centroids), shift)
    return operators.add("Max", shifted, operators.constant(np.array(0.0)))


@dataclass(frozen=True, slots=True)
class _Operators:
    """The nodes and constants of a graph under construction; each value is named by its number."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, values: np.ndarray, dtype: Any = np.float64) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype=dtype), name))
        return name

    def add(
        self, operator: str, *inputs: str, output: str = "", also_gives: int = 0, **attributes: Any
    ) -> str:
        """Add an operator; return its first output. `also_gives` outputs more of it are not read."""
        first = output or f"value_{len(self.nodes)}"
        outputs = [first, *(f"{first}_{number}" for number in range(also_gives))]
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, **attributes))
        return first

    def euclidean(self, vectors: str, points: Vectors) -> str:
        """Add what `heads.euclidean` computes: distances to fixed points by the expanded square."""
        double = points.astype(np.float64)
        columns = self.constant(np.array([1]), np.int64)
        squares = self.add("ReduceSum", self.add("Mul", vectors, vectors), columns, keepdims=1)
        product = self.add("MatMul", vectors, self.constant(double.T))
        twice = self.add("Mul", product, self.constant(np.array(2.0)))
        squared = self.add(
            "Add", self.add("Sub", squares, twice), self.constant((double * double).sum(axis=1))
        )
        return self.add("Sqrt", self.add("Max", squared, self.constant(np.array(0.0))))

    def model(self, read: list[int | None], given: list[int | None]) -> bytes:
        """Return the whole as a model from float32 `INPUT` to float32 `OUTPUT`; None is free: the faces."""
        inputs, outputs = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [size or "faces" for size in shape])
            for name, shape in ((INPUT, read), (OUTPUT, given))
        )
        graph = helper.make_graph(self.nodes, "identity", [inputs], [outputs], self.constants)
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, producer_name="framewell", ir_version=IR_VERSION, opset_imports=opsets
        )
        data: bytes = model.SerializeToString(deterministic=True)
        return data
