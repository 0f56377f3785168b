"""What of telemetry may be changed while the process runs, and how to revert to its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_kit.outcomes import Rejected
from framewell_kit.telemetry import logs, tracing

LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class TelemetryState:
    """How much a process logs and traces: its level, those of single loggers, the fraction of traces."""

    log_level: str
    loggers: Mapping[str, str]
    trace_sample: float
    exporting: bool


class TelemetryControl:
    """Changes the telemetry of one process; a restart goes back to the settings."""

    def __init__(self, log_level: str = "info", trace_sample: float = 0.0) -> None:
        self._settings = (log_level, trace_sample)

    def state(self) -> TelemetryState:
        """Return the present state."""
        return TelemetryState(logs.level(), logs.own_levels(), tracing.sample(), tracing.exporting())

    def change(
        self,
        *,
        log_level: str | None = None,
        loggers: Mapping[str, str] | None = None,
        trace_sample: float | None = None,
    ) -> TelemetryState:
        """Change what is given, all of it or nothing. Raises Rejected for a level or fraction there is not.

        An empty level takes a logger's own level away, so that it follows the process again.
        """
        named = dict(loggers or {})
        for name in named:
            if not name:
                raise Rejected(say("logger", "a logger needs a name; the process's own level is log_level"))
        for level in (log_level, *named.values()):
            if level and level not in LEVELS:
                raise Rejected(
                    say(
                        "log_level",
                        "there is no log level {level}: {known}",
                        level=f"{level!r}",
                        known=", ".join(LEVELS),
                    )
                )
        if trace_sample is not None and not 0 <= trace_sample <= 1:
            raise Rejected(
                say(
                    "sample",
                    "a fraction of traces lies between 0 and 1, not {fraction}",
                    fraction=trace_sample,
                )
            )
        if log_level:
            logs.set_level(log_level)
        for name, level in named.items():
            logs.set_own_level(name, level)
        if trace_sample is not None:
            tracing.set_sample(trace_sample)
        return self.state()

    def revert(self) -> TelemetryState:
        """Go back to the settings."""
        level, sample = self._settings
        return self.change(log_level=level, loggers=dict.fromkeys(logs.own_levels(), ""), trace_sample=sample)
