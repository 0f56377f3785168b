"""Logs, traces and metrics.

`log = telemetry.logger(__name__)`; `meter = telemetry.meter("framewell_ingest")`;
`tracer = telemetry.tracer("framewell_ingest")`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from opentelemetry.metrics import Meter, get_meter
from opentelemetry.trace import Tracer, get_tracer

from framewell_kit.telemetry.context import current_cause
from framewell_kit.telemetry.control import TelemetryControl
from framewell_kit.telemetry.logs import configure_logs, logger
from framewell_kit.telemetry.metrics import configure_metrics
from framewell_kit.telemetry.tracing import configure_tracing, handling, is_sampled, new_traceparent

__all__ = [
    "Telemetry",
    "TelemetrySettings",
    "configure",
    "current_cause",
    "handling",
    "is_sampled",
    "logger",
    "meter",
    "new_traceparent",
    "tracer",
]


def meter(name: str) -> Meter:
    """Return the meter on which a module declares its metrics, each with a sentence."""
    return get_meter(name)


def tracer(name: str) -> Tracer:
    """Return what makes spans inside a handler, for a part worth timing."""
    return get_tracer(name)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The telemetry of one process. `close` sends what is left, within a few seconds."""

    service: str
    control: TelemetryControl = field(default_factory=TelemetryControl)
    close: Callable[[], None] = lambda: None

    @property
    def meter(self) -> Meter:
        """Return the service's meter."""
        return get_meter(f"framewell_{self.service}")

    @property
    def tracer(self) -> Tracer:
        """Return the service's tracer."""
        return get_tracer(f"framewell_{self.service}")


class TelemetrySettings(Protocol):
    """The settings of telemetry."""

    @property
    def log_level(self) -> str: ...
    @property
    def log_format(self) -> str: ...
    @property
    def otlp(self) -> str: ...
    @property
    def trace_sample(self) -> float: ...


def configure(service: str, settings: TelemetrySettings) -> Telemetry:
    """Set up logs, traces and metrics of this process; once."""
    export = None
    if settings.otlp:
        from framewell_kit.telemetry import otlp  # noqa: PLC0415 - costs memory that most do not need

        export = otlp.export(service, settings.otlp)
    configure_logs(
        service,
        settings.log_level,
        console=settings.log_format == "console",
        also=export.log if export is not None else None,
    )
    configure_tracing(exporting=export is not None, sample=settings.trace_sample)
    configure_metrics(service, [export.metrics] if export is not None else [])
    control = TelemetryControl(settings.log_level, settings.trace_sample)
    return Telemetry(service, control, *([export.close] if export is not None else []))
