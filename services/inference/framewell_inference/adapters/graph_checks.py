"""Graphs that arrive as bytes (promoted, imported): checked against their manifest, then loaded."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

import onnx

from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.models import Model, ModelLoader
from framewell_models.manifest import Manifest, ManifestError

GRAPH_LIMIT: Final = 512 << 20
"""Largest graph that is taken, in bytes."""

OPSETS: Final = range(7, 26)
"""ONNX operator sets the runtime in use has kernels for."""

DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
"""Operator domains that are allowed: standard operators only, no custom libraries."""


async def read_model(loader: ModelLoader, manifest: Manifest, graph: bytes) -> Model:
    """Load a graph without blocking the event loop. Raises ManifestError or InvalidInputError."""
    return await asyncio.to_thread(_read, loader, manifest, graph)


def _read(loader: ModelLoader, manifest: Manifest, graph: bytes) -> Model:
    check_graph(manifest, graph)
    return loader.load_bytes(manifest, graph)


def check_graph(manifest: Manifest, graph: bytes) -> None:
    """Check hash, size, operators and tensors of a graph: all that can be known before it runs.

    Raises ManifestError for another hash than the pinned one, InvalidInputError for the rest.
    """
    if len(graph) > GRAPH_LIMIT:
        raise InvalidInputError(f"{manifest.ref}: a graph of {len(graph)} bytes is over {GRAPH_LIMIT}")
    actual = hashlib.sha256(graph).hexdigest()
    if actual != manifest.graph.sha256:
        raise ManifestError(
            f"{manifest.ref}: the graph has sha256 {actual}, pinned is {manifest.graph.sha256}"
        )
    try:
        model = onnx.load_model_from_string(graph)
        onnx.checker.check_model(model)
    except Exception as error:  # onnx raises protobuf's and its own errors, and plain ValueError
        raise InvalidInputError(f"{manifest.ref}: not a valid ONNX graph: {error}") from error
    for opset in model.opset_import:
        if opset.domain not in DOMAINS:
            raise InvalidInputError(f"{manifest.ref}: operators of {opset.domain!r} are not allowed")
        if opset.domain in {"", "ai.onnx"} and opset.version not in OPSETS:
            raise InvalidInputError(f"{manifest.ref}: opset {opset.version} is not supported")
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise InvalidInputError(f"{manifest.ref}: weights outside the graph are not allowed")
