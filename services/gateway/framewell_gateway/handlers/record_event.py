"""Any fact of the mesh is kept, with what it says about where its asset stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from framewell_gateway.domain.events import Arrivals, recorded_event, short_type
from framewell_gateway.domain.progress import step_of
from framewell_gateway.ports import EventRepository, ProgressRepository
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Keep one fact. Emits nothing.

    A redelivery finds the event by its key and says again what is kept of it, which changes nothing.
    """

    events: EventRepository
    progress: ProgressRepository
    arrivals: Arrivals

    async def __call__(self, fact: Message, cause: Cause) -> Sequence[Outgoing]:
        step = step_of(short_type(cause.type), cause.subject, fact)
        if step is not None:
            await self.progress.add(step)
        await self.events.record(recorded_event(fact, cause, self.arrivals.next()))
        return ()
