"""ONNX Runtime behind the Model port: loads a folder or a graph, and runs it through an engine.

Graphs that ship, and those that training made, run inside the process. Every other graph runs in sandboxed
processes of its own, which can be killed, unless the site trusts it by name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from framewell_inference.adapters.onnx_model import OnnxModel
from framewell_inference.adapters.serving.batched import Batched, Batches
from framewell_inference.adapters.serving.devices import CPU, Devices
from framewell_inference.adapters.serving.engines import Direct, Engine, Runner
from framewell_inference.adapters.serving.half_precision import in_half_precision
from framewell_inference.adapters.serving.in_process import InProcess
from framewell_inference.adapters.serving.isolated import Allowance, Isolated
from framewell_inference.adapters.serving.process_memory import Growth
from framewell_inference.adapters.serving.residency import IDLE_SECONDS, Residency, Resident
from framewell_inference.adapters.serving.run_slots import ModelQueue, RunSlots
from framewell_inference.adapters.serving.sessions import open_session, tensors
from framewell_inference.adapters.serving.statistics import RunStatistics
from framewell_inference.adapters.serving.watch import Watch
from framewell_inference.adapters.serving.weights import Weights
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import RunFailedError
from framewell_inference.ports.models import OnDemand
from framewell_kit.telemetry import logger
from framewell_models.folders import ModelFolder
from framewell_models.manifest import FLOAT16, Manifest, ManifestError

log = logger(__name__)

MIB: Final = 1 << 20

ISOLATED: Final = "isolated"
"""Name of the engine of models in processes of their own."""

_ISOLATED_BYTES: Final = 80 * MIB
"""What the interpreter and the runtime of a model's own process hold, measured."""


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
    idle_seconds: float = IDLE_SECONDS
    """How long processes of models' own stay when nobody runs them."""
    devices: Devices = field(default_factory=Devices)
    """Where models inside the process run; those in processes of their own run on the CPU."""
    _watch: Watch = field(default_factory=Watch, init=False)
    _run_slots: RunSlots = field(init=False)
    _residency: Residency = field(init=False)
    _growth: Growth = field(init=False)

    def __post_init__(self) -> None:
        self._run_slots = RunSlots(self.slots)
        self._residency = Residency(self.memory_bytes, self.idle_seconds)
        self._growth = Growth(self.memory_bytes, lambda: self._residency.apart)

    @property
    def resident_bytes(self) -> int:
        """Return how many bytes the models in memory hold, as measured after their last run."""
        return self._residency.size

    def load(
        self, folder: ModelFolder, *, trusted: bool = False, on_demand: OnDemand | None = None
    ) -> OnnxModel:
        """Load a model whose files were checked against their hashes.

        By path: reading the bytes first would keep a second copy of the weights in the heap. With `on_demand`
        one that runs in processes of its own is loaded at its first run.
        Raises InvalidInputError for whatever cannot be loaded. Blocks.
        """
        try:
            labels = folder.labels()
        except ManifestError as error:
            raise InvalidInputError(f"{folder.manifest.ref}: {error}") from error
        return self._model(folder.manifest, Weights.of(folder), labels, trusted=trusted, on_demand=on_demand)

    def load_bytes(self, manifest: Manifest, graph: bytes, *, trusted: bool = False) -> OnnxModel:
        """Load a graph from memory: external data files are out of its reach.

        Raises InvalidInputError for whatever cannot be loaded. Blocks.
        """
        return self._model(manifest, Weights(graph), (), trusted=trusted)

    def _model(
        self,
        manifest: Manifest,
        weights: Weights,
        labels: Sequence[str],
        *,
        trusted: bool,
        on_demand: OnDemand | None = None,
    ) -> OnnxModel:
        inside = trusted or any(fnmatchcase(manifest.name, pattern) for pattern in self.trusted)
        load: Callable[[Manifest, Weights], Engine] = self._in_process if inside else self._isolated

        def opened() -> Engine:
            weights.check(str(manifest.ref))
            return load(manifest, weights)

        def opened_again() -> Engine:
            try:
                return opened()
            except InvalidInputError as error:  # it was checked before: the fault is not the caller's
                raise RunFailedError(str(error)) from error

        def opened_on_demand() -> Engine:
            try:
                engine = opened_again()
            except RunFailedError as error:
                if on_demand is not None:
                    on_demand.broken(InvalidInputError(str(error)))
                raise
            resident.open = opened_again
            return engine

        size = weights.size + (0 if inside else _ISOLATED_BYTES)
        resident = Resident(opened, size, apart=not inside)
        name = ISOLATED
        if on_demand is not None and not inside:
            resident.open, resident.tensors, resident.provider = opened_on_demand, on_demand.tensors, CPU
        else:
            with self._residency.held(resident) as engine:
                resident.open, name = opened_again, engine.name
        return OnnxModel(manifest, name, labels, RunStatistics(), resident, self._residency)

    def _in_process(self, manifest: Manifest, weights: Weights) -> Engine:
        name, graph = str(manifest.ref), weights.graph
        try:
            if manifest.precision == FLOAT16:
                graph = self._in_half_precision(name, graph)
            opened = open_session(
                graph if isinstance(graph, bytes) else str(graph), self.threads, self.devices
            )
            found = tensors(opened.session)
        except InvalidInputError as error:
            raise InvalidInputError(f"{name}: {error}") from error
        if opened.fallback:
            log.error("a model does not run on the device asked for", model=name, reason=opened.fallback)
        runner = InProcess(name, opened.session, found, self._watch, self._growth, opened.fallback)
        return self.engine_for(runner, manifest)

    def _in_half_precision(self, name: str, graph: Path | bytes) -> Path | bytes:
        """Return the graph in float16 where it is to run on a GPU and can be converted; else as it is."""
        if self.devices.wanted[0] == CPU:
            log.info("float16 is for a GPU: on the CPU the model computes as its graph says", model=name)
            return graph
        try:
            return in_half_precision(graph)
        except InvalidInputError as error:
            log.error("the model computes as its graph says", model=name, reason=str(error))
            return graph

    def engine_for(self, runner: Runner, manifest: Manifest) -> Engine:
        """Return the engine of a runner of this process: batched on a device, direct on the CPU."""
        queue, seconds = ModelQueue(str(manifest.ref), self.waiting), manifest.limits.seconds
        if runner.provider != CPU:
            return Batched(runner, queue, Batches(manifest.limits.batch, padded=True), seconds)
        return Direct(runner, self._run_slots, queue, seconds)

    def _isolated(self, manifest: Manifest, weights: Weights) -> Engine:
        name, allowance = str(manifest.ref), Allowance(manifest.limits.memory_bytes, self.threads)
        return Direct(
            Isolated(name, weights, allowance, self._watch),
            RunSlots(self.slots),
            ModelQueue(name, self.waiting),
            manifest.limits.seconds,
            name=ISOLATED,
        )
