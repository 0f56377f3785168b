"""Structured log lines: constant texts, variables as fields, one JSON object a line on stderr.

Every line says which service wrote it, and while an event or a call is handled also which: its id, its
asset and its trace, so that all that happened to one asset is found under one id.
"""

import logging
import sys
import time
from typing import Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from framewell_kit.telemetry.context import current

REPEAT_AFTER_SECONDS = 10.0
_LIBRARIES = ("aiokafka", "kafka", "faststream", "pymongo", "motor", "grpc")
_own_levels: dict[str, str] = {}


def logger(name: str) -> FilteringBoundLogger:
    """The logger of a module: `log = logger(__name__)`."""
    return cast(FilteringBoundLogger, structlog.stdlib.get_logger(name))


def configure_logs(service: str, level: str = "info", *, console: bool = False) -> None:
    """Send everything, also what libraries log, to stderr: as JSON, or coloured for a person."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_handled,
        _adder(service),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not console:
        shared.append(structlog.processors.format_exc_info)
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    handler.addFilter(RepeatFilter())
    logging.getLogger().handlers[:] = [handler]
    set_level(level)


def set_level(level: str) -> None:
    """Log from this level on: `debug`, `info`, … Libraries are heard from `warning` on, whatever it is."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    for name in _LIBRARIES:
        if name not in _own_levels:
            logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def level() -> str:
    """The least level logged."""
    return logging.getLevelName(logging.getLogger().level).lower()


def set_own_level(name: str, level: str) -> None:
    """Give one logger and those below it a level of their own; an empty one takes it away again."""
    if level:
        _own_levels[name] = level
        logging.getLogger(name).setLevel(level.upper())
        return
    if _own_levels.pop(name, ""):
        quiet = max(logging.WARNING, logging.getLogger().level) if name in _LIBRARIES else logging.NOTSET
        logging.getLogger(name).setLevel(quiet)


def own_levels() -> dict[str, str]:
    """Loggers that have a level of their own."""
    return dict(_own_levels)


class RepeatFilter(logging.Filter):
    """Lets a library say the same thing once in ten seconds: a broker outage makes 60 lines a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(_LIBRARIES):
            return True
        now, key = time.monotonic(), (record.name, str(record.msg)[:80])
        if now - self._last.get(key, -REPEAT_AFTER_SECONDS) < REPEAT_AFTER_SECONDS:
            return False
        self._last[key] = now
        return True


def _add_handled(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    handled = current()
    if handled is not None:
        event.setdefault("at", handled.what)
        event.setdefault("event_id", handled.cause.id)
        if handled.cause.subject:
            event.setdefault("asset_id", handled.cause.subject)
        if handled.cause.traceparent:
            event.setdefault("trace_id", handled.cause.traceparent[3:35])
    return event


def _adder(service: str) -> Any:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add_service
