"""Every metric of models, named once.

| metric | meaning |
|---|---|
| framewell_models_loaded | models that can be run, by execution provider |
| framewell_models_fallen_back | models that are not on the device asked for, by execution provider in use |
| framewell_models_quarantined | models that cannot be used |
| framewell_runs | runs of models, by model and outcome (done, invalid, refused, ended, failed) |
| framewell_run_seconds | time a run computed, by model |
| framewell_run_wait_seconds | time a run waited for its turn, by model |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from opentelemetry import metrics

from framewell_inference.ports.models import ModelRegistry
from framewell_kit.telemetry.metrics import QUICK

_meter: Final = metrics.get_meter("framewell_inference")

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
WAIT_SECONDS: Final = _meter.create_histogram(
    "framewell_run_wait_seconds",
    unit="s",
    description="Time a run waited for its turn, by model.",
    explicit_bucket_boundaries_advisory=QUICK,
)


def report_models(registry: ModelRegistry) -> None:
    """Export how many models there are of each kind, counted at every scrape."""
    _meter.create_observable_gauge(
        "framewell_models_loaded",
        [lambda _: _by_provider(one.model.provider for one in registry.all())],
        description="Models that can be run, by execution provider.",
    )
    _meter.create_observable_gauge(
        "framewell_models_fallen_back",
        [lambda _: _by_provider(one.model.provider for one in registry.all() if one.model.fallback)],
        description="Models that are not on the device asked for, by the execution provider in use.",
    )
    _meter.create_observable_gauge(
        "framewell_models_quarantined",
        [lambda _: [metrics.Observation(len(registry.quarantined()))]],
        description="Models that cannot be used; /ready and framewell models list say why.",
    )


def _by_provider(providers: Iterable[str]) -> list[metrics.Observation]:
    return [
        metrics.Observation(count, {"provider": provider}) for provider, count in Counter(providers).items()
    ]
