"""Structured log lines: constant texts, variables as fields, one JSON object a line on stderr.

Every line names its service, and while an event or a call is handled also that: its id, its asset and its
trace, so that all that happened to one asset is found under one id. Passwords, signatures and tokens of
addresses stand in no line, whoever logs it: every field is redacted last, tracebacks too.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from framewell_contracts.media_addresses import redacted_text
from framewell_kit.telemetry.context import current
from framewell_kit.telemetry.repeats import RepeatFilter

_LIBRARIES = ("aiokafka", "kafka", "faststream", "pymongo", "motor", "grpc", "httpx", "httpcore")
_own_levels: dict[str, str] = {}


def logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module: `log = logger(__name__)`."""
    return cast(FilteringBoundLogger, structlog.stdlib.get_logger(name))


def configure_logs(
    service: str,
    level: str = "info",
    *,
    console: bool = False,
    also: Callable[[logging.LogRecord], None] | None = None,
) -> None:
    """Send everything, also what libraries log, to stderr: as JSON, or coloured for a person."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_handled,
        _adder(service),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        # Tracebacks as text, never with the values of variables.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            _redact,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = Output(also)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                *shared,
                structlog.stdlib.PositionalArgumentsFormatter(),
                _add_repeats,
                _redact,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    logging.getLogger().handlers[:] = [handler]
    set_level(level)


def set_level(level: str) -> None:
    """Log from this level on: `debug`, `info`, … Libraries log from `warning` on, whatever it is."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    for name in _LIBRARIES:
        if name not in _own_levels:
            logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def level() -> str:
    """Return the least level logged."""
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
    """Return the loggers that have a level of their own."""
    return dict(_own_levels)


class Output(logging.StreamHandler[TextIO]):
    """Writes lines to stderr and hands them on to whoever `also` wants them; swallows repetitions."""

    def __init__(self, also: Callable[[logging.LogRecord], None] | None = None) -> None:
        super().__init__(sys.stderr)
        self._also = also
        self._repeats = RepeatFilter(_is_throttled)

    def emit(self, record: logging.LogRecord) -> None:
        for line in self._repeats.admitted(record):
            if self._also is not None:
                self._also(line)
            super().emit(line)


def _is_throttled(name: str) -> bool:
    """Return True for libraries, except one that an operator gave a level of its own."""
    return name.startswith(_LIBRARIES) and not any(name.startswith(own) for own in _own_levels)


def _add_repeats(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    for field in ("repeats", "text"):
        if value := getattr(record, field, None):
            event[field] = value
    return event


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


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for field, value in event.items():
        if not field.startswith("_"):  # structlog's own
            event[field] = _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    """Return a value as it is logged: numbers as they are, all else as text without secrets."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {redacted_text(str(key)): _redacted(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(one) for one in value]
    return redacted_text(str(value))


def _adder(service: str) -> Any:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add_service
