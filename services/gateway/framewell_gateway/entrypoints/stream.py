"""What the gateway reads: every fact, to keep it; results, to publish them outside; requests to forget."""

from framewell_gateway.domain.events import Arrivals
from framewell_gateway.handlers.publish_results import PublishResults
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.ports import EventRepository, ProgressRepository, SummaryRepository
from framewell_kit.clock import Clock
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage


def stages(
    events: EventRepository,
    progress: ProgressRepository,
    summaries: SummaryRepository,
    clock: Clock,
    erase: Erase,
) -> list[Stage]:
    """Return one stage a consumer group."""
    return [
        Stage("gateway.record_event", RecordEvent(events, progress, summaries, Arrivals(clock))),
        Stage("gateway.publish_results", PublishResults()),
        Stage("gateway.erase", erase),
    ]
