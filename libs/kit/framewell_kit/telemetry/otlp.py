"""Spans, metrics and logs to an OTLP endpoint (gRPC), where one is named.

Nothing of this is imported where none is: the exporters cost 20 MiB.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from framewell_contracts.media_addresses import redacted_text
from framewell_kit.telemetry.context import current

METRICS_EVERY_SECONDS = 15.0
# What an endpoint that is away may cost at the end of a process.
CLOSE_SECONDS = 3.0

_SEVERITIES = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}
# The exporters log their own failures: sent to the endpoint that is away they would feed themselves.
_OWN_LOGGERS = ("opentelemetry",)


@dataclass(frozen=True, slots=True)
class OtlpExport:
    """Everything that leaves one process for the endpoint."""

    spans: TracerProvider
    metrics: MetricReader
    logs: LoggerProvider

    def log(self, record: logging.LogRecord) -> None:
        """Send a log line, with the trace of what is being handled."""
        if record.name.startswith(_OWN_LOGGERS):
            return
        fields: dict[str, Any] = dict(record.msg) if isinstance(record.msg, dict) else {}
        body = fields.pop("event", None) or redacted_text(record.getMessage())
        for own_field in ("timestamp", "level", "logger", "service"):
            fields.pop(own_field, None)
        trace_id = fields.pop("trace_id", "")
        self.logs.get_logger(record.name).emit(
            LogRecord(
                timestamp=int(record.created * 1e9),
                severity_text=record.levelname.lower(),
                severity_number=_SEVERITIES.get(record.levelno, SeverityNumber.INFO),
                body=str(body),
                attributes={name: _plain(value) for name, value in fields.items() if value is not None},
                trace_id=int(trace_id, 16) if trace_id else None,
                span_id=_span_id(),
            )
        )

    def close(self) -> None:
        """Send what is left, within a few seconds, and end every exporter."""
        closing = threading.Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)

    def _close(self) -> None:
        ends: list[Callable[[], Any]] = [self.spans.shutdown, self.metrics.shutdown, self.logs.shutdown]
        for end in ends:
            end()


def export(service: str, endpoint: str, *, every_seconds: float = METRICS_EVERY_SECONDS) -> OtlpExport:
    """Return exporters to an endpoint (`http://host:4317`); they connect when first used, and again."""
    resource = Resource.create({"service.name": service, "service.namespace": "framewell"})
    spans = TracerProvider(resource=resource, shutdown_on_exit=False)
    spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(spans)
    logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=endpoint)))
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(endpoint=endpoint), export_interval_millis=every_seconds * 1000
    )
    return OtlpExport(spans, reader, logs)


def _plain(value: object) -> Any:
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def _span_id() -> int | None:
    handled = current()
    parent = handled.cause.traceparent if handled is not None else None
    return int(parent[36:52], 16) if parent else None
