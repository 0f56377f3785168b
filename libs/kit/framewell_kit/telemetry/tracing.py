"""W3C trace context across Kafka and gRPC, and spans for the traces that are sampled.

A traceparent is handed on for every event; an OpenTelemetry span (about 50 µs) is made only for sampled
traces, and only where an exporter is configured.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from framewell_kit.facts import Cause
from framewell_kit.telemetry import context
from framewell_kit.telemetry.context import Handled

_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(slots=True)
class _Tracing:
    exporting: bool = False
    sample: float = 0.0


_TRACING = _Tracing()


def configure_tracing(service: str, *, otlp: str, sample: float) -> None:
    """Export sampled spans to an OTLP endpoint (`http://host:4317`); without one none are made."""
    _TRACING.sample = sample
    if not otlp:
        return
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp)))
    trace.set_tracer_provider(provider)
    _TRACING.exporting = True


def exporting() -> bool:
    """True when spans of sampled traces go anywhere."""
    return _TRACING.exporting


def sample() -> float:
    """The fraction of new traces that are recorded."""
    return _TRACING.sample


def set_sample(fraction: float) -> None:
    """Record this fraction of the traces that begin from now on."""
    _TRACING.sample = fraction


def new_traceparent() -> str:
    """The beginning of a trace, sampled by chance."""
    sampled = random.random() < _TRACING.sample
    return f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-{int(sampled):02x}"


@contextmanager
def handling(cause: Cause, what: str, kind: SpanKind = SpanKind.CONSUMER) -> Iterator[Cause]:
    """Bind log lines to the cause, and make a span when its trace is sampled.

    Yields the cause as its consequences are to see it: with the span as the parent.
    """
    parent = cause.traceparent
    if _TRACING.exporting and parent is not None and parent.endswith("01"):
        with _span(cause, what, parent, kind) as inner, _bound(inner, what):
            yield inner
    else:
        with _bound(cause, what):
            yield cause


@contextmanager
def _bound(cause: Cause, what: str) -> Iterator[None]:
    token = context._current.set(Handled(cause, what))  # noqa: SLF001 - same package, one owner
    try:
        yield
    finally:
        context._current.reset(token)  # noqa: SLF001


@contextmanager
def _span(cause: Cause, what: str, parent: str, kind: SpanKind) -> Iterator[Cause]:
    tracer = trace.get_tracer("framewell_kit")
    above = _PROPAGATOR.extract({"traceparent": parent})
    attributes = {"messaging.message.id": cause.id, "framewell.type": cause.type}
    if cause.subject:
        attributes["framewell.asset_id"] = cause.subject
    with tracer.start_as_current_span(what, context=above, kind=kind, attributes=attributes):
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        yield replace(cause, traceparent=carrier.get("traceparent", parent))
