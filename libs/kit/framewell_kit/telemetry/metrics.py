"""Every metric of the kit, named once. Updated once a batch or a rare event, never once a message.

Exported in Prometheus' text form on every service's health port.
"""

from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import REGISTRY, generate_latest

_meter = metrics.get_meter("framewell_kit")

RECORDS = _meter.create_counter("framewell_records", description="Records finished, by group.")
BATCH_SECONDS = _meter.create_histogram(
    "framewell_batch_seconds", unit="s", description="Time from a batch read to its commit, by group."
)
BATCH_RECORDS = _meter.create_histogram("framewell_batch_records", description="Records a batch, by group.")
HEAVY_SECONDS = _meter.create_histogram(
    "framewell_heavy_seconds", unit="s", description="Time a heavy record took, by group."
)
LAG = _meter.create_gauge("framewell_lag_records", description="Records not yet read, by group and topic.")
IN_FLIGHT = _meter.create_up_down_counter(
    "framewell_in_flight", description="Heavy records and jobs being worked on, by group or kind."
)
RETRIES = _meter.create_counter(
    "framewell_retries", description="Records tried again, by group and way (in_place, topic)."
)
DEAD_LETTERS = _meter.create_counter(
    "framewell_dead_letters", description="Records given up, by group and code."
)
PAUSES = _meter.create_counter("framewell_pauses", description="Partitions paused for a reason, by group.")
OUTBOX_SENT = _meter.create_counter("framewell_outbox_sent", description="Facts sent by the outbox relay.")
JOBS_ENDED = _meter.create_counter("framewell_jobs", description="Jobs ended, by kind and outcome.")
JOB_SECONDS = _meter.create_histogram(
    "framewell_job_seconds", unit="s", description="Time of a job, by kind."
)
RPC_SECONDS = _meter.create_histogram(
    "framewell_rpc_seconds", unit="s", description="Time of a gRPC call, by method and status."
)


def configure_metrics(service: str) -> None:
    """Collect from now on, for `exposition`."""
    metrics.set_meter_provider(
        MeterProvider(
            metric_readers=[PrometheusMetricReader()], resource=Resource.create({"service.name": service})
        )
    )


def exposition() -> bytes:
    """All metrics in Prometheus' text form."""
    return generate_latest(REGISTRY)
