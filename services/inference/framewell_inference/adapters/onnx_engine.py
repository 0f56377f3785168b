"""ONNX Runtime behind the Model port: the direct engine.

On a CPU a request runs in its own thread: measured 1.2-1.9 times the rate of a batching queue, since
batching buys nothing there. Sessions are shared by every caller (ONNX Runtime's `run` is thread-safe
and releases the interpreter lock) and threads do not spin, which alone is worth a factor of two when
stream stages and requests share the cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import onnxruntime

from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec, check_inputs
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest

PREFERRED_PROVIDERS: Final = ("CUDAExecutionProvider", "CPUExecutionProvider")
"""TensorRT is left out: it builds engines for minutes at the first run."""

_STATE: Final = onnxruntime.capi.onnxruntime_pybind11_state

_LOAD_ERRORS: Final = (
    _STATE.Fail, _STATE.InvalidGraph, _STATE.InvalidProtobuf, _STATE.NotImplemented, _STATE.RuntimeException,
)  # fmt: skip

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
    """Return the execution providers in use, best first."""
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
        except _STATE.InvalidArgument as error:
            raise InvalidInputError(f"{self.manifest.ref}: {error}") from error
        return dict(zip(names, values, strict=True))


@dataclass(frozen=True, slots=True)
class OnnxLoader:
    """Makes models. `threads` is how many one run may use."""

    threads: int

    def load(self, folder: ModelFolder) -> OnnxModel:
        """Load a model whose files were checked against their hashes.

        By path: reading the bytes first would keep a second copy of the weights in the heap.
        """
        return self._open(folder.manifest, str(folder.graph))

    def load_bytes(self, manifest: Manifest, graph: bytes) -> OnnxModel:
        """Load a graph from memory: external data files are out of its reach."""
        return self._open(manifest, graph)

    def _open(self, manifest: Manifest, graph: str | bytes) -> OnnxModel:
        _share_one_arena()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.use_env_allocators", "1")
        try:
            session = onnxruntime.InferenceSession(graph, options, providers=providers())
        except _LOAD_ERRORS as error:
            raise InvalidInputError(f"{manifest.ref}: the runtime cannot load the graph: {error}") from error
        return OnnxModel(
            manifest=manifest,
            provider=session.get_providers()[0],
            inputs=[_spec(argument) for argument in session.get_inputs()],
            outputs=[_spec(argument) for argument in session.get_outputs()],
            session=session,
        )


@cache
def _share_one_arena() -> None:
    """Make one memory arena for all sessions of the process, which grows by what is asked for.

    An arena a session, doubling each time, holds 60 MB more once pictures of several sizes went through.
    """
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    # 0: no limit; 1: extend by the size asked for; -1: the runtime's own choice.
    arena = onnxruntime.OrtArenaCfg(
        {
            "max_mem": 0,
            "arena_extend_strategy": 1,
            "initial_chunk_size_bytes": -1,
            "max_dead_bytes_per_chunk": -1,
        }
    )
    onnxruntime.create_and_register_allocator(memory, arena)


def _spec(argument: Any) -> TensorSpec:
    shape = tuple(size if isinstance(size, int) else -1 for size in argument.shape)
    return TensorSpec(argument.name, np.dtype(_DTYPES[argument.type]), shape)
