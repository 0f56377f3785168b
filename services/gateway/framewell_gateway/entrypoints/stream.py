"""What the gateway reads: every fact, to keep it; results, to publish them outside; what is to be erased."""

from framewell_gateway.domain.events import Arrivals, HashName
from framewell_gateway.handlers.publish_results import PublishResults
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_gateway.ports import ErasureRepository
from framewell_gateway.steps.forget_events import ForgetEvents
from framewell_kit.clock import Clock
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage


def stages(
    forget: ForgetEvents, erasures: ErasureRepository, hash_name: HashName, clock: Clock, erase: Erase
) -> list[Stage]:
    """Return one stage a consumer group."""
    return [
        Stage("gateway.record_event", RecordEvent(forget, erasures, Arrivals(clock), hash_name)),
        Stage("gateway.publish_results", PublishResults(forget, hash_name)),
        Stage("gateway.erase", erase),
    ]
