"""What the gateway reads: every fact of the mesh, to keep it; and requests to forget."""

from framewell_gateway.domain.events import Arrivals
from framewell_gateway.handlers.erase_asset import EraseAsset
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.ports import EventRepository, ProgressRepository
from framewell_kit.clock import Clock
from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage


def stages(
    events: EventRepository, progress: ProgressRepository, clock: Clock, decisions: DecisionLog
) -> list[Stage]:
    """Return one stage a consumer group; `decisions` keeps what an erasure answered, for its redelivery."""
    erase = Erase("gateway", asset=EraseAsset(events, progress))
    return [
        Stage("gateway.record_event", RecordEvent(events, progress, Arrivals(clock))),
        Stage("gateway.erase", erase, decide_once=decisions),
    ]
