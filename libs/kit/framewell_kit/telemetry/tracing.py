"""W3C trace context across Kafka and gRPC, and spans for the traces that are sampled.

A traceparent is handed on for every event; an OpenTelemetry span (about 25 µs) is made only for sampled
traces, and only where an exporter is configured. Whoever begins a trace decides whether it is sampled, and
everybody after keeps to that. Traceparents are read and written here: OpenTelemetry's own way through a
carrier, and its asking for the tracer every time, cost as much again as the span.
"""

import random
import re
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Token
from dataclasses import dataclass
from types import TracebackType

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from framewell_contracts.media_addresses import redacted_text
from framewell_kit.facts import Cause
from framewell_kit.telemetry import context
from framewell_kit.telemetry.context import Handled

_set, _reset = context._current.set, context._current.reset  # noqa: SLF001 - same package, one owner
_new = tuple.__new__  # half of what calling the class of a NamedTuple costs
# As W3C's trace context has it: any version but ff, and an id of zeros alone is none.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
# The last digit of a traceparent holds the flag "sampled" in its lowest bit.
_ODD = frozenset("13579bdf")


@dataclass(slots=True)
class _Tracing:
    exporting: bool = False
    sample: float = 0.0


_TRACING = _Tracing()
# Makes the spans of the kit itself, with the provider that there is when it first does.
TRACER: Tracer = trace.get_tracer("framewell_kit")


def configure_tracing(*, exporting: bool, sample: float) -> None:
    """Begin this fraction of traces sampled; make spans only where they are exported."""
    _TRACING.exporting, _TRACING.sample = exporting, sample


def exporting() -> bool:
    """Return whether spans of sampled traces are exported."""
    return _TRACING.exporting


def sample() -> float:
    """Return the fraction of new traces that are recorded."""
    return _TRACING.sample


def set_sample(fraction: float) -> None:
    """Record this fraction of the traces that begin from now on."""
    _TRACING.sample = fraction


def is_sampled(traceparent: str | None) -> bool:
    """Return whether spans are made for this trace."""
    return _TRACING.exporting and traceparent is not None and traceparent[-1:] in _ODD


def new_traceparent() -> str:
    """Return the beginning of a trace, sampled by chance."""
    sampled = random.random() < _TRACING.sample
    return f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-{int(sampled):02x}"


class handling:  # noqa: N801 - used as a function: with handling(cause, what) as cause
    """Bind log lines to the cause, and make a span when its trace is sampled.

    Yields the cause as its consequences are to see it: the very one when no span is made, otherwise one
    with the span as the parent. A class, for a generator costs three times as much and every message pays.
    """

    __slots__ = ("_cause", "_kind", "_span", "_token", "_what")

    def __init__(self, cause: Cause, what: str, kind: SpanKind = SpanKind.CONSUMER) -> None:
        self._cause, self._what, self._kind = cause, what, kind
        self._span: AbstractContextManager[Cause] | None = None

    def __enter__(self) -> Cause:
        cause, parent = self._cause, self._cause.traceparent
        if _TRACING.exporting and parent is not None and parent[-1:] in _ODD:
            self._span = _span(cause, self._what, parent, self._kind)
            cause = self._span.__enter__()
        self._token = bind(cause, self._what)
        return cause

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        _reset(self._token)
        if self._span is not None:
            self._span.__exit__(kind, error, where)


def bind(cause: Cause, what: str) -> Token[Handled | None]:
    """Bind log lines to the cause until `unbind`: `handling` without a span, at half its cost."""
    return _set(_new(Handled, (cause, what)))


unbind = _reset


def failed(error: BaseException) -> None:
    """Mark the span of what is being handled, if it has one, as failed by this error, without secrets."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        stack = "".join(traceback.format_exception(error))
        # In place of OpenTelemetry's own, which are not redacted.
        message, stack = redacted_text(str(error)), redacted_text(stack)
        span.record_exception(error, {"exception.message": message, "exception.stacktrace": stack})


def span_context(traceparent: str) -> SpanContext | None:
    """Return the span that a traceparent names, as OpenTelemetry has it; None when it names none."""
    named = _TRACEPARENT.fullmatch(traceparent)
    if named is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in named.groups())
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


@contextmanager
def _noting_failures() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        failed(error)
        raise


@contextmanager
def _span(cause: Cause, what: str, parent: str, kind: SpanKind) -> Iterator[Cause]:
    named = span_context(parent)
    above = Context() if named is None else set_span_in_context(NonRecordingSpan(named), Context())
    attributes: dict[str, str | int] = {"messaging.message.id": cause.id, "framewell.type": cause.type}
    if cause.subject:
        attributes["framewell.asset_id"] = cause.subject
    if cause.attempt > 1:
        attributes["framewell.attempt"] = cause.attempt
    span = TRACER.start_span(what, context=above, kind=kind, attributes=attributes)
    with (
        trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False),
        _noting_failures(),
    ):
        made = span.get_span_context()
        ids = f"{made.trace_id:032x}-{made.span_id:016x}-{made.trace_flags:02x}"
        under = f"00-{ids}" if made.is_valid else parent
        yield Cause(
            cause.id, cause.source, cause.type, cause.time, cause.subject, cause.lane, cause.attempt, under
        )
