"""The port of whoever turns a head into a graph that inference can serve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from framewell_contracts.sentences import Sentence
from framewell_training.domain.faces import Vectors
from framewell_training.recipes.identity.heads import Distances, Head

INPUT = "embedding"
OUTPUT = "distance"
MOST_DIFFERENCE = 1e-4
"""How far ONNX Runtime may be off the head, in the distance's own unit."""


class GraphDiffers(Exception):
    """The exported graph does not compute what its head computes; nothing may be made of this run."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableGraph(Exception):
    """A stored graph cannot be run; the message says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Graph:
    """A serialised ONNX model and the largest difference to its head that was seen."""

    onnx: bytes
    difference: float


class GraphExporter(Protocol):
    """Exports heads to ONNX."""

    def export(self, head: Head, probes: Vectors) -> Graph:
        """Return the graph of `head`: `embedding` float32 [N, D] to `distance` float32 [N, classes], N free.

        Compared with the head on `probes` (real vectors) and on random ones. Blocks. Raises GraphDiffers.
        """
        ...


class GraphReader(Protocol):
    """Reads graphs that were stored before, to run them as inference does."""

    def read(self, onnx: bytes) -> Callable[[Vectors], Distances]:
        """Return what computes the graph's `distance`, float32 [N, classes]. Raise UnreadableGraph.

        What it returns may raise UnreadableGraph, too: for vectors of other dimensions.
        """
        ...
