"""Graphs that training made, as bytes: checked against their manifest, then loaded."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

from framewell_inference.adapters.graph_description import describe_graph
from framewell_inference.adapters.serving.sessions import contributed_operators
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.models import Model, ModelLoader
from framewell_models.manifest import Manifest, ManifestError

GRAPH_LIMIT: Final = 512 << 20
"""Largest graph that is taken, in bytes."""


async def read_model(
    loader: ModelLoader, manifest: Manifest, graph: bytes, *, trusted: bool = False
) -> Model:
    """Load a graph without blocking the event loop. Raises ManifestError or InvalidInputError."""

    def read() -> Model:
        check_graph(manifest, graph)
        return loader.load_bytes(manifest, graph, trusted=trusted)

    return await asyncio.to_thread(read)


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
        describe_graph(graph, contributed=contributed_operators())
    except InvalidInputError as error:
        raise InvalidInputError(f"{manifest.ref}: {error}") from error
