"""What the gateway hears: every fact of the mesh, to keep it; and requests to forget."""

from framewell_contracts.fact_types import FACTS
from framewell_gateway.handlers.erase import Erase
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_kit.stream import Stage

HEARD = tuple(fact.message for fact in FACTS.values() if "gateway" in fact.heard_by)


def stages(record_event: RecordEvent, erase: Erase) -> list[Stage]:
    """The gateway's stages."""
    return [
        Stage("gateway.record_event", handler=record_event),
        Stage("gateway.erase", handler=erase),
    ]
