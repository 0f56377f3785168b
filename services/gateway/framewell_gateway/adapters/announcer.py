"""Facts of the gateway itself leave through the outbox: written once, sent by the relay."""

from uuid import uuid4

from google.protobuf.message import Message

from framewell_contracts.fact_types import fact_type
from framewell_gateway.domain.principals import acting
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact
from framewell_kit.outbox import Outbox
from framewell_kit.telemetry import current_cause

ANNOUNCED = "announced"


class OutboxAnnouncer:
    """Announcer on the outbox: the fact is safe in the gateway's database before its id is given out."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        outbox.register(ANNOUNCED)

    async def announce(self, message: Message, event_id: str = "") -> str:
        """See Announcer."""
        event_id, now = event_id or str(uuid4()), self._clock.now()
        kind = fact_type(message).type
        document = {"_id": event_id, "type": kind, "announced_at": now, "by": acting.get().name}
        request = current_cause()
        cause = Cause(
            id=event_id,
            source="framewell/gateway",
            type=kind,
            time=now,
            traceparent=request.traceparent if request else None,
        )
        await self._outbox.insert(ANNOUNCED, document, [Fact(message, id=event_id)], cause)
        return event_id
