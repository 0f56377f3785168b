"""The Model port over a graph of ours: checked inputs, counted runs, and memory that it may leave."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell_inference.adapters.model_metrics import RUN_SECONDS, RUNS, WAIT_SECONDS
from framewell_inference.adapters.serving.residency import Residency, Resident
from framewell_inference.adapters.serving.statistics import RunStatistics
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError, TensorSpec, check_inputs
from framewell_inference.ports.calls import Call, ModelBusyError, Run, RunCounts, RunEndedError, current_call
from framewell_models.manifest import Manifest


@dataclass(slots=True, eq=False)
class OnnxModel:
    """A graph that can be run; see the Model port. Its session may leave memory between two runs."""

    manifest: Manifest
    engine: str
    labels: Sequence[str]
    statistics: RunStatistics
    _resident: Resident
    _residency: Residency

    @property
    def provider(self) -> str:
        return self._resident.provider

    @property
    def fallback(self) -> str:
        return self._resident.fallback

    @property
    def inputs(self) -> Sequence[TensorSpec]:
        return self._resident.tensors.inputs

    @property
    def outputs(self) -> Sequence[TensorSpec]:
        return self._resident.tensors.outputs

    @property
    def metadata(self) -> Mapping[str, str]:
        """Return what the graph's maker wrote into it, by key."""
        return self._resident.tensors.metadata

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


def _rows(inputs: Mapping[str, Array]) -> int:
    value = next(iter(inputs.values()))
    return value.shape[0] if value.ndim else 1


def _outcome(error: Exception) -> str:
    if isinstance(error, ModelBusyError):
        return "refused"
    if isinstance(error, RunEndedError):
        return "ended"
    return "invalid" if isinstance(error, InvalidInputError) else "failed"
