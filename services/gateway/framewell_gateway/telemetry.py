"""What the gateway measures and logs, each name once."""

from collections.abc import Callable, Iterable

from opentelemetry.metrics import CallbackOptions, Observation

from framewell_kit.telemetry import meter
from framewell_kit.telemetry.metrics import QUICK

_meter = meter("framewell_gateway")

HTTP_SECONDS = _meter.create_histogram(
    "framewell_http_seconds",
    unit="s",
    description="Time to the first byte of a REST answer, by route, method and status.",
    explicit_bucket_boundaries_advisory=QUICK,
)
GRPC_SECONDS = _meter.create_histogram(
    "framewell_door_rpc_seconds",
    unit="s",
    description="Time that a gRPC call through the gateway took, by method and status.",
    explicit_bucket_boundaries_advisory=QUICK,
)
EVENT_STREAMS = _meter.create_up_down_counter(
    "framewell_event_streams", description="Event streams that are open."
)


def meter_certificate(days_left: Callable[[CallbackOptions], Iterable[Observation]]) -> None:
    """Measure how long the certificate of the gateway lasts."""
    _meter.create_observable_gauge(
        "framewell_certificate_days",
        callbacks=[days_left],
        unit="d",
        description="Days until the certificate ends that the gateway shows; negative after that.",
    )


REQUEST_FAILED = "request failed"
"""Log: a request ended with an exception nobody expected; the answer was 500."""
OBJECT_WENT = "object went while it was sent"
"""Log: an object was deleted while somebody read it; the connection was closed."""
ACCESS_CHANGED = "access changed"
"""Log: something happened to an account, a session or a token; `change` says what."""
ATTEMPTS_LIMITED = "too many attempts"
"""Log: somebody has to wait whose passwords, codes or tokens were wrong; `limit` says of which kind."""
SETUP_CODE_MADE = "setup code made"
"""Log: a code for the first administrator was made; `file` holds it."""
MESH_IS_LOCAL = "mesh is local"
"""Log: there are no users and no tokens; everybody on this machine may do everything."""
CERTIFICATE_TAKEN = "a new certificate is shown"
"""Log: the files of the certificate were changed, and connections get the new one from now on."""
CERTIFICATE_REFUSED = "the files of the certificate changed and cannot be used: the one before is shown"
"""Log: what is in the files is no pair, or not a whole one yet; looked at again when they change."""
CERTIFICATE_ENDS = "the certificate ends soon"
"""Log: once a day from two weeks before its end."""
WEBHOOK_DELIVERIES = _meter.create_counter(
    "framewell_webhook_deliveries", description="Attempts to deliver an event to a webhook, by outcome."
)
WEBHOOK_DISABLED = "webhook disabled"
"""Log: a webhook failed for too long, or said that it is gone; nothing is sent to it any more."""
LIST_READS_ON = "the list of assets is read on"
"""Log: the database had no time while the list was read as a whole, at a start; it is asked again."""
POSTER_FAILED = "poster not taken"
"""Log: an asset that can be shown has no poster yet; it is taken when somebody looks. `reason` says why."""
WEBHOOK_FAILED = "webhook not served"
"""Log: serving a webhook failed unexpectedly; it is tried again."""
