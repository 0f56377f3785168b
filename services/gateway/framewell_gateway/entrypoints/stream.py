"""What the gateway hears: every fact of the mesh, to keep it; and requests to forget."""

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell_contracts.catalogue import FACTS
from framewell_gateway.handlers.erase import Erase
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_kit.stream import Stage

HEARD = tuple(fact.message for fact in FACTS.values() if "gateway" in fact.heard_by)


def stages(record_event: RecordEvent, erase: Erase) -> list[Stage]:
    """The gateway's stages."""
    return [
        Stage("gateway.record_event", reads=HEARD, handler=record_event),
        Stage("gateway.erase", reads=ErasureRequested, handler=erase),
    ]
