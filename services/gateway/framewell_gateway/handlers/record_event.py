"""Any fact of the mesh is kept in the gateway's log."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from framewell_gateway.domain.events import Arrivals
from framewell_gateway.domain.summary import recorded_event
from framewell_gateway.ports import EventLog
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Keep one fact, reduced to plain values. Emits nothing.

    A redelivery finds the event by its key and changes nothing, so nothing that is derived from the log is
    ever counted twice.
    """

    log: EventLog
    arrivals: Arrivals

    async def __call__(self, fact: Message, cause: Cause) -> Sequence[Outgoing]:
        await self.log.record(recorded_event(fact, cause, self.arrivals.next()))
        return ()
