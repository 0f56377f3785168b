"""What the gateway measures and logs, each name once."""

from framewell_kit.telemetry import meter
from framewell_kit.telemetry.metrics import QUICK

_meter = meter("framewell_gateway")

HTTP_SECONDS = _meter.create_histogram(
    "framewell_http_seconds",
    unit="s",
    description="Time to the first byte of a REST answer, by route, method and status.",
    explicit_bucket_boundaries_advisory=QUICK,
)
EVENT_STREAMS = _meter.create_up_down_counter(
    "framewell_event_streams", description="Event streams that are open."
)

REQUEST_FAILED = "request failed"
"""Log: a request ended with an exception nobody expected; the answer was 500."""
OBJECT_WENT = "object went while it was sent"
"""Log: an object was deleted while somebody read it; the connection was closed."""
