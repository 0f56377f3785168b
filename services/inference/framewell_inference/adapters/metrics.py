"""Every metric of the service, named once, and the wrappers that measure.

| metric | meaning |
|---|---|
| framewell_analyser_seconds | time an analyser took for one picture, or for one sound |
| framewell_observations | observations an analyser reported |
| framewell_models_loaded | models in memory, by execution provider |
| framewell_runs | runs of models, by model and outcome (done, invalid, refused, ended, failed) |
| framewell_run_seconds | time a run computed, by model |
| framewell_run_wait_seconds | time a run waited for its turn, by model |
| framewell_models_fallen_back | loads of a model on the CPU although a device was wanted, by model |
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry import metrics

from framewell_inference.domain.observations import Findings, SoundSegment
from framewell_inference.domain.pictures import Float, Frame
from framewell_inference.ports.analysers import PictureAnalyser, PicturePass, SoundAnalyser
from framewell_inference.ports.models import ModelRegistry
from framewell_kit.telemetry.metrics import QUICK
from framewell_models.manifest import ModelRef

_meter: Final = metrics.get_meter("framewell_inference")

ANALYSER_SECONDS: Final = _meter.create_histogram(
    "framewell_analyser_seconds",
    unit="s",
    description="Time an analyser took for one picture or sound, by analyser.",
    explicit_bucket_boundaries_advisory=QUICK,
)
OBSERVATIONS: Final = _meter.create_counter(
    "framewell_observations", description="Observations an analyser reported."
)

RUNS: Final = _meter.create_counter(
    "framewell_runs",
    description="Runs of models, by model and outcome (done, invalid, refused, ended, failed).",
)
RUN_SECONDS: Final = _meter.create_histogram(
    "framewell_run_seconds",
    unit="s",
    description="Time a run computed, by model.",
    explicit_bucket_boundaries_advisory=QUICK,
)
FALLEN_BACK: Final = _meter.create_counter(
    "framewell_models_fallen_back",
    description="Loads of a model on the CPU although a device was wanted, by model and wanted provider.",
)
WAIT_SECONDS: Final = _meter.create_histogram(
    "framewell_run_wait_seconds",
    unit="s",
    description="Time a run waited for its turn, by model.",
    explicit_bucket_boundaries_advisory=QUICK,
)


def report_models(registry: ModelRegistry) -> None:
    """Export how many models are loaded on which provider, asked for at every scrape."""

    def loaded(_: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
        counts: dict[str, int] = {}
        for one in registry.all():
            counts[one.model.provider] = counts.get(one.model.provider, 0) + 1
        return [metrics.Observation(count, {"provider": provider}) for provider, count in counts.items()]

    _meter.create_observable_gauge(
        "framewell_models_loaded", [loaded], description="Models in memory, by execution provider."
    )


@dataclass(frozen=True, slots=True)
class MeteredPictures:
    """A picture analyser whose time is measured; behaves as the one inside."""

    inside: PictureAnalyser

    @property
    def name(self) -> str:
        return self.inside.name

    @property
    def description(self) -> str:
        return self.inside.description

    @property
    def models(self) -> Sequence[ModelRef]:
        return self.inside.models

    def begin(self, *, still: bool = False) -> PicturePass:
        return _MeteredPass(self.inside.begin(still=still), {"analyser": self.name})


@dataclass(frozen=True, slots=True)
class _MeteredPass:
    inside: PicturePass
    labels: dict[str, str]

    def look(self, frames: Sequence[Frame]) -> None:
        started = time.perf_counter()
        self.inside.look(frames)
        each = (time.perf_counter() - started) / len(frames)
        for _ in frames:
            ANALYSER_SECONDS.record(each, self.labels)

    def finish(self) -> Findings:
        found = self.inside.finish()
        OBSERVATIONS.add(len(found.observations), self.labels)
        return found


@dataclass(frozen=True, slots=True)
class MeteredSounds:
    """A sound analyser whose time is measured; behaves as the one inside."""

    inside: SoundAnalyser

    @property
    def name(self) -> str:
        return self.inside.name

    @property
    def description(self) -> str:
        return self.inside.description

    @property
    def models(self) -> Sequence[ModelRef]:
        return self.inside.models

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        started = time.perf_counter()
        heard = self.inside.listen(blocks)
        ANALYSER_SECONDS.record(time.perf_counter() - started, {"analyser": self.name})
        OBSERVATIONS.add(len(heard), {"analyser": self.name})
        return heard
