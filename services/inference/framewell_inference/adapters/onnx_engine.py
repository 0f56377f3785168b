"""ONNX Runtime behind the Model port: the direct engine.

On a CPU a request runs in its own thread: measured 1.2-1.9 times the rate of a batching queue, since
batching buys nothing there. Sessions are shared by every caller (ONNX Runtime's `run` is thread-safe
and releases the interpreter lock) and threads do not spin, which alone is worth a factor of two when
stream stages and requests share the cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnxruntime

from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec, check_inputs
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest

PREFERRED_PROVIDERS: Final = ("CUDAExecutionProvider", "CPUExecutionProvider")
"""TensorRT is left out: it builds engines for minutes at the first run."""

GRAPH_LIMIT: Final = 512 << 20
"""Largest graph that is loaded, in bytes."""

_DTYPES: Final[Mapping[str, str]] = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}


def providers() -> list[str]:
    """Execution providers in use, best first."""
    available = set(onnxruntime.get_available_providers())
    return [name for name in PREFERRED_PROVIDERS if name in available]


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A loaded graph; see the Model port."""

    manifest: Manifest
    provider: str
    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    session: Any

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        check_inputs(self.inputs, inputs)
        names = [spec.name for spec in self.outputs]
        try:
            values = self.session.run(names, dict(inputs))
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument as error:
            raise InvalidInputError(f"{self.manifest.ref}: {error}") from error
        return dict(zip(names, values, strict=True))


@dataclass(frozen=True, slots=True)
class OnnxLoader:
    """Makes models. `threads` is how many one run may use."""

    threads: int

    def load(self, folder: ModelFolder) -> OnnxModel:
        """Load a model whose files were checked against their hashes."""
        return self.load_bytes(folder.manifest, folder.graph.read_bytes())

    def load_bytes(self, manifest: Manifest, graph: bytes) -> OnnxModel:
        """Load a graph from memory: external data files are out of its reach."""
        if len(graph) > GRAPH_LIMIT:
            raise InvalidInputError(f"{manifest.ref}: a graph of {len(graph)} bytes is larger than allowed")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(graph, options, providers=providers())
        return OnnxModel(
            manifest=manifest,
            provider=session.get_providers()[0],
            inputs=[_spec(argument) for argument in session.get_inputs()],
            outputs=[_spec(argument) for argument in session.get_outputs()],
            session=session,
        )


def _spec(argument: Any) -> TensorSpec:
    shape = tuple(size if isinstance(size, int) else -1 for size in argument.shape)
    return TensorSpec(argument.name, np.dtype(_DTYPES[argument.type]), shape)
