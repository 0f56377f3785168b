"""ONNX Runtime behind the Model port: loads a folder or a graph, and runs it through an engine.

Graphs that ship, and those that training made, run inside the process. Every other graph runs in sandboxed
processes of its own, which can be killed, unless the site trusts it by name.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from framewell_inference.adapters.metrics import FALLEN_BACK, RUN_SECONDS, RUNS, WAIT_SECONDS
from framewell_inference.adapters.serving.batched import Batched, Batches
from framewell_inference.adapters.serving.engines import Direct, Engine, Runner
from framewell_inference.adapters.serving.in_process import InProcess
from framewell_inference.adapters.serving.isolated import Allowance, Isolated
from framewell_inference.adapters.serving.residency import Residency, Resident
from framewell_inference.adapters.serving.run_slots import ModelQueue, RunSlots
from framewell_inference.adapters.serving.sessions import CPU, Tensors, open_session, providers, tensors
from framewell_inference.adapters.serving.statistics import RunStatistics
from framewell_inference.adapters.serving.watch import Watch
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec, check_inputs
from framewell_inference.ports.calls import (
    Call,
    ModelBusyError,
    Run,
    RunCounts,
    RunEndedError,
    current_call,
)
from framewell_kit.telemetry import logger
from framewell_models.folders import ModelFolder
from framewell_models.manifest import Manifest

log = logger(__name__)

MIB: Final = 1 << 20

_ISOLATED_BYTES: Final = 80 * MIB
"""What the interpreter and the runtime of a model's own process hold, measured."""


@dataclass(slots=True, eq=False)
class OnnxModel:
    """A graph that can be run; see the Model port. Its session may leave memory between two runs."""

    manifest: Manifest
    tensors: Tensors
    provider: str
    engine: str
    labels: Sequence[str]
    statistics: RunStatistics
    _resident: Resident
    _residency: Residency

    @property
    def inputs(self) -> Sequence[TensorSpec]:
        return self.tensors.inputs

    @property
    def outputs(self) -> Sequence[TensorSpec]:
        return self.tensors.outputs

    @property
    def metadata(self) -> Mapping[str, str]:
        """Return what the graph's maker wrote into it, by key."""
        return self.tensors.metadata

    @property
    def counts(self) -> RunCounts:
        return self.statistics.counts

    def run(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        return self.measured(inputs, current_call()).outputs

    def measured(self, inputs: Mapping[str, Array], call: Call) -> Run:
        check_inputs(self.inputs, inputs)
        started, labels = time.perf_counter(), {"model": str(self.manifest.ref)}
        try:
            with self._residency.held(self._resident) as engine:
                run = engine.run(inputs, call)
        except Exception as error:
            self.statistics.failed(time.perf_counter() - started)
            RUNS.add(1, {**labels, "outcome": _outcome(error)})
            raise
        self.statistics.succeeded(run, _rows(inputs))
        RUNS.add(1, {**labels, "outcome": "done"})
        RUN_SECONDS.record(run.compute_seconds, labels)
        WAIT_SECONDS.record(run.queue_seconds, labels)
        return run

    def warm(self) -> None:
        """Bring the graph into memory, where it has left. Blocks."""
        with self._residency.held(self._resident):
            pass

    def close(self) -> None:
        """Let go of the graph and end its processes; runs under way finish, a later one loads it again."""
        self._residency.drop(self._resident)


def _default_slots() -> int:
    return max(2, os.cpu_count() or 2)


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


@dataclass(slots=True, eq=False)
class OnnxLoader:
    """Makes models. `threads` is how many one run may use."""

    threads: int
    slots: int = field(default_factory=_default_slots)
    """Runs inside the process at once, of all models together; of each isolated model, too."""
    waiting: int = 64
    """Requests of clients that may wait for one model."""
    memory_bytes: int = field(default_factory=_half_of_memory)
    """What loaded models may hold together; above it the least recently used one leaves."""
    trusted: Sequence[str] = ()
    """Patterns of names of models from outside that run inside the process all the same."""
    tensorrt: bool = False
    _watch: Watch = field(default_factory=Watch, init=False)
    _run_slots: RunSlots = field(init=False)
    _residency: Residency = field(init=False)

    def __post_init__(self) -> None:
        self._run_slots = RunSlots(self.slots)
        self._residency = Residency(self.memory_bytes)

    @property
    def resident_bytes(self) -> int:
        """Return how many bytes the models in memory hold, by the size of their files."""
        return self._residency.size

    def load(self, folder: ModelFolder, *, trusted: bool = False) -> OnnxModel:
        """Load a model whose files were checked against their hashes.

        By path: reading the bytes first would keep a second copy of the weights in the heap.
        Raises InvalidInputError for whatever cannot be loaded. Blocks.
        """
        path, manifest, labels = folder.graph, folder.manifest, _labels(folder)
        size = path.stat().st_size
        if trusted or self._trusts(manifest):
            return self._model(manifest, lambda: self._in_process(manifest, str(path)), size, labels)
        return self._model(manifest, lambda: self._isolated(manifest, path), size + _ISOLATED_BYTES, labels)

    def load_bytes(self, manifest: Manifest, graph: bytes, *, trusted: bool = False) -> OnnxModel:
        """Load a graph from memory: external data files are out of its reach.

        Raises InvalidInputError for whatever cannot be loaded. Blocks.
        """
        if trusted or self._trusts(manifest):
            return self._model(manifest, lambda: self._in_process(manifest, graph), len(graph))
        return self._model(manifest, lambda: self._isolated(manifest, graph), len(graph) + _ISOLATED_BYTES)

    def _model(
        self, manifest: Manifest, load: Callable[[], Engine], size: int, labels: Sequence[str] = ()
    ) -> OnnxModel:
        resident, residency = Resident(load, size), self._residency
        with residency.held(resident) as engine:
            runner = engine.runner
            return OnnxModel(
                manifest,
                runner.tensors,
                runner.provider,
                engine.name,
                labels,
                RunStatistics(),
                resident,
                residency,
            )

    def _in_process(self, manifest: Manifest, graph: str | bytes) -> Engine:
        wanted, name = providers(tensorrt=self.tensorrt), str(manifest.ref)
        try:
            session = open_session(graph, self.threads, wanted)
            runner = InProcess(name, session, tensors(session), self._watch)
        except InvalidInputError as error:
            raise InvalidInputError(f"{name}: {error}") from error
        return self.engine_for(
            runner, manifest, wanted=wanted, told=lambda reason: log.error(reason, model=name)
        )

    def engine_for(
        self, runner: Runner, manifest: Manifest, *, wanted: Sequence[str], told: Callable[[str], None]
    ) -> Engine:
        """Return the engine of a runner of this process: batched on a device, direct on the CPU.

        Where a device was wanted and the runtime fell back to the CPU, says so, and counts it.
        """
        queue, seconds = ModelQueue(str(manifest.ref), self.waiting), manifest.limits.seconds
        if runner.provider != CPU:
            return Batched(runner, queue, Batches(manifest.limits.batch, padded=True), seconds)
        if wanted[0] != CPU:
            FALLEN_BACK.add(1, {"model": str(manifest.ref), "wanted": wanted[0]})
            told(f"the model runs on the CPU: {wanted[0]} could not be used")
        return Direct(runner, self._run_slots, queue, seconds)

    def _isolated(self, manifest: Manifest, graph: Path | bytes) -> Engine:
        name, allowance = str(manifest.ref), Allowance(manifest.limits.memory_bytes, self.threads)
        return Direct(
            Isolated(name, graph, allowance, self._watch),
            RunSlots(self.slots),
            ModelQueue(name, self.waiting),
            manifest.limits.seconds,
            name="isolated",
        )

    def _trusts(self, manifest: Manifest) -> bool:
        return any(fnmatchcase(manifest.name, pattern) for pattern in self.trusted)


def _labels(folder: ModelFolder) -> Sequence[str]:
    """Return the lines of the folder's file of labels. Raises InvalidInputError when it cannot be read."""
    name = folder.manifest.labels
    if not name:
        return ()
    try:
        return tuple(folder.path(name).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{folder.manifest.ref}: {name} cannot be read as UTF-8 text") from error


def _rows(inputs: Mapping[str, Array]) -> int:
    value = next(iter(inputs.values()))
    return value.shape[0] if value.ndim else 1


def _outcome(error: Exception) -> str:
    if isinstance(error, ModelBusyError):
        return "refused"
    if isinstance(error, RunEndedError):
        return "ended"
    return "invalid" if isinstance(error, InvalidInputError) else "failed"
