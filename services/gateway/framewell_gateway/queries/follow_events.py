"""GET /v1/assets/{id}/events as a stream: events as they happen, resumable."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.ports import EventRepository
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy

_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class FollowEvents:
    """Events of an asset in the order of their arrival, for ever; none twice.

    After a break the caller names the key of the last event it had. Looks four times a second, since another
    gateway may have recorded the event. A key that is not known starts from the beginning, so that nothing
    is ever left out. Yields None when there was nothing new for a look.
    """

    events: EventRepository
    clock: Clock

    async def __call__(self, asset_id: str, last_key: str = "") -> AsyncIterator[RecordedEvent | None]:
        last = await self.events.get(last_key) if last_key else None
        cursor = last.cursor if last else None
        seen: set[str] = set()
        if cursor is not None:
            seen = {each.key for each in await self.events.since(asset_id, cursor) if each.cursor <= cursor}
        while True:
            fresh: list[RecordedEvent] = []
            try:
                found = await self.events.since(asset_id, cursor)
            except Busy:
                pass  # the store is away: the stream stays open and goes on with it
            else:
                fresh = [each for each in found if each.key not in seen]
                seen = {each.key for each in found}
            for event in fresh:
                cursor = max(cursor, event.cursor) if cursor else event.cursor
                yield event
            if not fresh:
                yield None
            await self.clock.sleep(_LOOK_SECONDS)
