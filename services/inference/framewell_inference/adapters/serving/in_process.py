"""Runs a graph in the caller's thread of this process: for graphs that are known to end.

`RunOptions.terminate` ends a run at its next operator, also inside a Loop (measured: within a millisecond),
but never inside one operator, however long that takes. Graphs from outside therefore run in `isolated`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import onnxruntime

from framewell_inference.adapters.serving.devices import CPU, CUDA, TENSORRT
from framewell_inference.adapters.serving.process_memory import Growth
from framewell_inference.adapters.serving.sessions import (
    INVALID_ARGUMENT,
    RUN_ERRORS,
    plain,
    run_options,
)
from framewell_inference.adapters.serving.watch import Watch
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, Tensors
from framewell_inference.ports.calls import Call, RunFailedError
from framewell_kit.telemetry import logger

log = logger(__name__)

_MEMORY: Final[Mapping[str, str]] = {CUDA: "cuda", TENSORRT: "cuda", CPU: "cpu"}
"""In which memory the tensors of a provider lie, by the runtime's names."""


@dataclass(frozen=True, slots=True)
class InProcess:
    """A Runner over a session of this process; `fallback` as Runner has it."""

    name: str
    session: Any
    tensors: Tensors
    watch: Watch
    growth: Growth = field(default_factory=lambda: Growth(sys.maxsize))
    fallback: str = ""

    @property
    def provider(self) -> str:
        return str(self.session.get_providers()[0])

    @property
    def held_bytes(self) -> int:
        """Return 0: all sessions of the process share one arena, which `growth` bounds."""
        return 0

    def run(self, inputs: Mapping[str, Array], call: Call, seconds: float) -> dict[str, Array]:
        options = run_options(give_back=self.growth.over())
        names = [spec.name for spec in self.tensors.outputs]
        with self.watch.over(
            call, seconds, end=lambda: setattr(options, "terminate", True), force=self._overdue
        ):
            try:
                values = self._values(names, inputs, options)
            except INVALID_ARGUMENT as error:
                raise InvalidInputError(f"{self.name}: {plain(error)}") from error
            except RUN_ERRORS as error:
                raise RunFailedError(f"{self.name}: {plain(error)}") from error
        return dict(zip(names, values, strict=True))

    def _values(self, names: Sequence[str], inputs: Mapping[str, Array], options: Any) -> Sequence[Array]:
        numbers = all(not spec.dtype.hasobject for spec in (*self.tensors.inputs, *self.tensors.outputs))
        if self.provider == CPU or not numbers:
            return list(self.session.run(names, dict(inputs), options))
        return run_bound(self.session, names, inputs, options, _MEMORY.get(self.provider, "cpu"))

    def close(self) -> None:
        """Do nothing: the session goes when its last run lets go of it."""

    def _overdue(self) -> None:
        log.error("a run does not end, its thread is lost until it does", model=self.name)


def run_bound(
    session: Any, names: Sequence[str], inputs: Mapping[str, Array], options: Any, memory: str
) -> Sequence[Array]:
    """Run with inputs and outputs bound to the memory of a device (`cuda`, or `cpu`); return the outputs.

    Each is copied once, in the caller's thread: two batches that are under way copy and compute side by side.
    """
    binding = session.io_binding()
    for name, value in inputs.items():
        binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(value, memory, 0))
    for name in names:
        binding.bind_output(name, memory, 0)
    session.run_with_iobinding(binding, options)
    return list(binding.copy_outputs_to_cpu())
