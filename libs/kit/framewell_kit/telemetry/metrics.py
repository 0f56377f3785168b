"""Every metric of the kit, named once. Updated once a batch, a period or a rare event, never once a message.

Exported in Prometheus' text form on every service's health port, and to an OTLP endpoint where one is named.
`docs/operations.md` has them as a table; a test holds the two together.
"""

from collections.abc import Sequence

from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import REGISTRY, generate_latest

# Seconds: of calls and batches (from a millisecond), and of work that may take an hour.
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LONG = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
# Handlers that only translate take microseconds.
HANDLER = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0)
BATCHES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0)

_meter = metrics.get_meter("framewell_kit")

# --- streams
RECORDS = _meter.create_counter("framewell_records", description="Records finished, by group.")
BATCH_SECONDS = _meter.create_histogram(
    "framewell_batch_seconds",
    unit="s",
    description="Time from the first record of a batch to its commit, by group.",
    explicit_bucket_boundaries_advisory=QUICK,
)
BATCH_RECORDS = _meter.create_histogram(
    "framewell_batch_records",
    description="Records a batch, by group.",
    explicit_bucket_boundaries_advisory=BATCHES,
)
HANDLER_SECONDS = _meter.create_histogram(
    "framewell_handler_seconds",
    unit="s",
    description="Time a handler took for a record, by group: of every heavy one, the mean of every batch.",
    explicit_bucket_boundaries_advisory=HANDLER,
)
IN_FLIGHT = _meter.create_up_down_counter(
    "framewell_in_flight", description="Heavy records and jobs being worked on, by group or kind."
)
LAG_RECORDS = _meter.create_gauge(
    "framewell_lag_records", description="Records not handled yet, by group and topic."
)
LAG_SECONDS = _meter.create_gauge(
    "framewell_lag_seconds",
    unit="s",
    description="Age of the oldest record not handled yet, by group and topic; 0 when there is none.",
)
RETRIES = _meter.create_counter(
    "framewell_retries", description="Records tried again, by group and way (in_place, topic)."
)
DEAD_LETTERS = _meter.create_counter(
    "framewell_dead_letters", description="Records given up, by group and code."
)
UNREADABLE_SKIPPED = _meter.create_counter(
    "framewell_unreadable_skipped",
    description="Records that cannot be read, as a dead letter of another group says, by group and code.",
)
PAUSES = _meter.create_counter(
    "framewell_pauses", description="Pauses of a partition for a reason, by group."
)
PAUSED = _meter.create_gauge("framewell_paused", description="Partitions paused for a reason now, by group.")
BREAKER_OPEN = _meter.create_gauge(
    "framewell_breaker_open", description="1 while the breaker is open, 0.5 half open, 0 closed, by group."
)
CAUGHT_UP = _meter.create_gauge(
    "framewell_broadcast_caught_up",
    description="1 once the replica has read what every replica must know, by topic.",
)

# --- outbox and jobs
OUTBOX_SENT = _meter.create_counter("framewell_outbox_sent", description="Facts sent by the outbox relay.")
OUTBOX_AGE = _meter.create_gauge(
    "framewell_outbox_age_seconds",
    unit="s",
    description="Age of the oldest fact not sent yet; 0: none waits.",
)
JOBS_ENDED = _meter.create_counter("framewell_jobs", description="Jobs ended, by kind and outcome.")
JOB_SECONDS = _meter.create_histogram(
    "framewell_job_seconds",
    unit="s",
    description="Time of an attempt at a job, by kind.",
    explicit_bucket_boundaries_advisory=LONG,
)
JOB_AGE = _meter.create_gauge(
    "framewell_job_age_seconds",
    unit="s",
    description="Age of the oldest job, by kind and state: waiting since put, running since its start.",
)

# --- the process
RPC_SECONDS = _meter.create_histogram(
    "framewell_rpc_seconds",
    unit="s",
    description="Time of a gRPC call, by method and status.",
    explicit_bucket_boundaries_advisory=QUICK,
)
CALLS_REFUSED = _meter.create_counter(
    "framewell_rpc_refused", description="gRPC calls of who is not known or may not, by reason."
)
READY = _meter.create_gauge(
    "framewell_ready", description="1 while a part of the process is ready, 0 while it waits, by part."
)


def configure_metrics(service: str, readers: Sequence[MetricReader] = ()) -> None:
    """Collect from now on, for `exposition` and for these readers."""
    metrics.set_meter_provider(
        MeterProvider(
            # Which library made an instrument is of no use here, and would stand on every series.
            metric_readers=[PrometheusMetricReader(scope_info_enabled=False), *readers],
            resource=Resource.create({"service.name": service, "service.namespace": "framewell"}),
            exemplar_filter=AlwaysOffExemplarFilter(),
            shutdown_on_exit=False,
        )
    )


def exposition() -> bytes:
    """Return all metrics in Prometheus' text form."""
    return generate_latest(REGISTRY)
