"""What of telemetry may be changed while the process runs, and the way back to its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_kit.outcomes import Rejected
from framewell_kit.telemetry import logs, tracing

LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Telling:
    """How much a process tells: its level, levels of single loggers, the fraction of traces recorded."""

    log_level: str
    loggers: Mapping[str, str]
    trace_sample: float
    exporting: bool


class TelemetryControl:
    """The knobs of one process. What is set here is forgotten by a restart, which follows the settings."""

    def __init__(self, log_level: str = "info", trace_sample: float = 0.0) -> None:
        self._settings = (log_level, trace_sample)

    def now(self) -> Telling:
        """How it is."""
        return Telling(logs.level(), logs.own_levels(), tracing.sample(), tracing.exporting())

    def change(
        self,
        *,
        log_level: str | None = None,
        loggers: Mapping[str, str] | None = None,
        trace_sample: float | None = None,
    ) -> Telling:
        """Change what is given, all of it or nothing. Raises Rejected for a level or fraction there is not.

        An empty level takes a logger's own level away, so that it follows the process again.
        """
        named = dict(loggers or {})
        for name in named:
            if not name:
                raise Rejected("a logger needs a name; the process's own level is log_level", code="logger")
        for level in (log_level, *named.values()):
            if level and level not in LEVELS:
                raise Rejected(f"there is no log level {level!r}: {', '.join(LEVELS)}", code="log_level")
        if trace_sample is not None and not 0 <= trace_sample <= 1:
            raise Rejected(f"a fraction of traces lies between 0 and 1, not {trace_sample}", code="sample")
        if log_level:
            logs.set_level(log_level)
        for name, level in named.items():
            logs.set_own_level(name, level)
        if trace_sample is not None:
            tracing.set_sample(trace_sample)
        return self.now()

    def revert(self) -> Telling:
        """Go back to the settings."""
        level, sample = self._settings
        return self.change(log_level=level, loggers=dict.fromkeys(logs.own_levels(), ""), trace_sample=sample)
