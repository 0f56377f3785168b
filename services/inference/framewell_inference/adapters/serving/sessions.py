"""ONNX Runtime sessions: how they are made, on which device, and what their tensors are.

Sessions are shared by every caller (`run` is thread-safe and releases the interpreter lock). Threads do not
spin, which alone is worth a factor of two when stream stages and requests share the cores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import onnxruntime

from framewell_inference.domain.tensors import InvalidInputError, TensorSpec

CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"
TENSORRT: Final = "TensorrtExecutionProvider"

_STATE: Final = onnxruntime.capi.onnxruntime_pybind11_state

LOAD_ERRORS: Final = (
    _STATE.Fail, _STATE.InvalidArgument, _STATE.InvalidGraph, _STATE.InvalidProtobuf, _STATE.NotImplemented,
    _STATE.RuntimeException, MemoryError, ValueError,
)  # fmt: skip

INVALID_ARGUMENT: Final = _STATE.InvalidArgument

RUN_ERRORS: Final = (
    _STATE.Fail, _STATE.NotImplemented, _STATE.RuntimeException, MemoryError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip

_OUT_OF_MEMORY: Final = ("bad_alloc", "Failed to allocate memory", "bad allocation")

_OPERATOR: Final = re.compile(
    r".*while running (?P<type>\w+) node\. Name:'(?P<name>[^']*)' Status Message: ?"
)

_SIGNATURE: Final = re.compile(
    r"^\[ONNXRuntimeError\] : \d+ : \w+ : "
    r"|[\w:*&<> ]*onnxruntime::[^()]*\([^()]*\)(?: const)? ?"
    r"|\S+\.(?:cc|h):\d+ ?"
)
"""What a runtime error says about the runtime's own source."""

_FATAL_ONLY: Final = 4
"""What the runtime logs of a failed run names its build folders; the error says the same."""

DTYPES: Final[Mapping[str, str]] = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(uint16)": "uint16",
    "tensor(uint32)": "uint32",
    "tensor(uint64)": "uint64",
    "tensor(int8)": "int8",
    "tensor(int16)": "int16",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}
"""Types of tensors that numpy has; strings are arrays of objects."""

_CUDA_OPTIONS: Final = {
    # The exhaustive search tries every algorithm anew for each shape, so for each width of a caption.
    "cudnn_conv_algo_search": "HEURISTIC",
    "arena_extend_strategy": "kSameAsRequested",
}


@dataclass(frozen=True, slots=True)
class Tensors:
    """What a graph takes and gives, and the metadata its maker wrote into it."""

    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    metadata: Mapping[str, str]


def providers(*, tensorrt: bool = False) -> list[str]:
    """Return the execution providers in use, best first.

    TensorRT only where the site asks for it: it builds engines for minutes at the first run.
    """
    available = set(onnxruntime.get_available_providers())
    wanted = (TENSORRT, CUDA, CPU) if tensorrt else (CUDA, CPU)
    return [name for name in wanted if name in available]


def open_session(graph: str | bytes, threads: int, wanted: Sequence[str] = (CPU,)) -> Any:
    """Return a session of a graph, given by path or as bytes (external data is then out of its reach).

    Where the device cannot be used, the runtime falls back to the CPU: `session.get_providers()` says so.
    Raises InvalidInputError, without a path, for a graph that cannot be loaded.
    """
    _share_one_arena()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    chosen = [(name, _CUDA_OPTIONS if name == CUDA else {}) for name in wanted]
    try:
        return onnxruntime.InferenceSession(graph, options, providers=chosen)
    except LOAD_ERRORS as error:
        raise InvalidInputError(f"the runtime cannot load the graph: {plain(error)}") from error


def run_options() -> Any:
    """Return the options of one run; `terminate` ends it at its next operator."""
    options = onnxruntime.RunOptions()
    options.log_severity_level = _FATAL_ONLY
    return options


def tensors(session: Any) -> Tensors:
    """Return what the session's graph takes and gives. Raises InvalidInputError for what is no tensor."""
    return Tensors(
        inputs=[_spec(argument) for argument in session.get_inputs()],
        outputs=[_spec(argument) for argument in session.get_outputs()],
        metadata=dict(session.get_modelmeta().custom_metadata_map),
    )


def plain(error: BaseException) -> str:
    """Return what a runtime error says about the model, without paths, source lines and stack."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or any(sign in text for sign in _OUT_OF_MEMORY):
        return "it asked for more memory than it may have"
    operator = _OPERATOR.search(text)
    where = f"operator {operator['type']} {operator['name']}".rstrip() + ": " if operator else ""
    reason = _SIGNATURE.sub("", text[operator.end() :] if operator else text)
    words = [word for word in reason.split(" ") if "/" not in word and "0x" not in word]
    return (where + " ".join(words))[:400].strip() or type(error).__name__


def _spec(argument: Any) -> TensorSpec:
    dtype = DTYPES.get(argument.type)
    if dtype is None:
        raise InvalidInputError(f"{argument.name} is a {argument.type}, which cannot be served")
    shape = tuple(size if isinstance(size, int) else -1 for size in argument.shape)
    return TensorSpec(argument.name, np.dtype(dtype), shape)


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
