"""ONNX Runtime sessions: how they are made, on which device, and what their tensors are.

Sessions are shared by every caller (`run` is thread-safe and releases the interpreter lock). Threads do not
spin, which alone is worth a factor of two when stream stages and requests share the cores.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import onnxruntime

from framewell_contracts.sentences import Sentence, say
from framewell_inference.adapters.serving.devices import CPU, Devices, short
from framewell_inference.domain.tensors import InvalidInputError, Tensors, TensorSpec

_STATE: Final = onnxruntime.capi.onnxruntime_pybind11_state

LOAD_ERRORS: Final = (
    _STATE.Fail, _STATE.InvalidArgument, _STATE.InvalidGraph, _STATE.InvalidProtobuf, _STATE.NotImplemented,
    _STATE.RuntimeException, _STATE.EPFail, MemoryError, RuntimeError, ValueError,
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

_LOADERS: Final = frozenset({"EPContext", "Snpe"})
"""Operators whose weights are programs of an accelerator, in a file that the graph names."""

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

_NOT_STARTED: Final = say(
    "fallback.not_started",
    "the runtime did not start it, as where libraries of the versions it needs are missing",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, and why it is not on the device that was asked for; empty where it is."""

    session: Any
    fallback: str = ""


def open_session(
    graph: str | bytes,
    threads: int,
    devices: Devices | None = None,
    outside: Mapping[str, mmap.mmap] | None = None,
) -> Opened:
    """Return a session of a graph, given by path, with its files of weights beside it, or as bytes.

    Of one given as bytes `outside` are the contents of these files; no others are in its reach. It is on the
    CPU unless devices are given, and why another one than asked for is in use stands beside it. Raises
    InvalidInputError, without a path, for a graph that cannot be loaded.
    """
    _share_one_arena()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    # Weights beside the arena, which keeps what it was once given: they go with their session.
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    if outside:
        contents = list(outside.values())
        lengths = [len(one) for one in contents]
        options.add_external_initializers_from_files_in_memory(list(outside), contents, lengths)
    try:
        return _on_best(devices or Devices(), graph, options)
    except LOAD_ERRORS as error:
        raise InvalidInputError(f"the runtime cannot load the graph: {plain(error)}") from error


def _on_best(devices: Devices, graph: str | bytes, options: Any) -> Opened:
    """Return a session on the best provider that takes the graph; one that cannot be used is passed over.

    Raises one of LOAD_ERRORS where the CPU does not take it either.
    """
    fallback = devices.missing
    for best in devices.wanted:
        try:
            # With the runtime's own fall-back the reason is printed, and lost.
            chosen = devices.options(best)
            session = devices.create(graph, options, providers=chosen, enable_fallback=0)
        except LOAD_ERRORS as error:
            if best == CPU:
                raise
            fallback = fallback or _unusable(best, plain(error))
            continue
        if session.get_providers()[0] != best and not fallback:
            fallback = _unusable(best, _NOT_STARTED)
        return Opened(session, fallback)
    raise AssertionError("the CPU is always among the providers")


def _unusable(provider: str, why: str) -> Sentence:
    return say("fallback.unusable", "{device} cannot be used: {why}", device=short(provider), why=why)


def run_options(*, give_back: bool = False) -> Any:
    """Return the options of one run; `terminate` ends it at its next operator.

    With `give_back` the arena lets go, behind the run, of all that it holds and does not need.
    """
    options = onnxruntime.RunOptions()
    options.log_severity_level = _FATAL_ONLY
    if give_back:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
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
def contributed_operators() -> tuple[str, ...]:
    """Return the operators of `com.microsoft` that the runtime ships, without those that load programs."""
    schemas = _STATE.get_all_operator_schema()
    names = {one.name for one in schemas if one.domain == "com.microsoft"}
    return tuple(sorted(names - _LOADERS))


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
