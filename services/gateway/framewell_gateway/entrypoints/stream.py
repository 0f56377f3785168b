"""What the gateway reads: every fact of the mesh, to keep it; and requests to forget."""

from framewell_gateway.handlers.erase_asset import EraseAsset
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_kit.decisions import DecisionLog
from framewell_kit.erasure import Erase
from framewell_kit.stream import Stage


def stages(record_event: RecordEvent, erase_asset: EraseAsset, decisions: DecisionLog) -> list[Stage]:
    """Return the gateway's stages; `decisions` keeps what an erasure answered, for its redelivery."""
    return [
        Stage("gateway.record_event", handler=record_event),
        Stage("gateway.erase", handler=Erase("gateway", asset=erase_asset), decide_once=decisions),
    ]
