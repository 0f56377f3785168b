"""GET /v1/assets/{id}/events as a stream: events as they happen, resumable."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.ports import EventLog
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy

_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class FollowEvents:
    """Events of an asset in the order they were recorded, for ever; none twice.

    After a break the caller names the key of the last event it had. Looks into the log four times a
    second, since another gateway may have recorded the event. A key that is not known starts from the
    beginning, so that nothing is ever left out. Yields None when there was nothing new for a look.
    """

    log: EventLog
    clock: Clock

    async def __call__(self, asset_id: str, last_key: str = "") -> AsyncIterator[RecordedEvent | None]:
        last = await self.log.get(last_key) if last_key else None
        cursor = last.cursor if last else None
        told: set[str] = set()
        if cursor is not None:
            told = {event.key for event in await self.log.of_asset(asset_id) if event.cursor <= cursor}
        while True:
            found = 0
            try:
                events = await self.log.of_asset(asset_id, after=cursor)
            except Busy:
                # The store is away: the stream stays open and goes on with it.
                events = ()
            for event in events:
                if event.key not in told:
                    told.add(event.key)
                    cursor = max(cursor, event.cursor) if cursor else event.cursor
                    found += 1
                    yield event
            if not found:
                yield None
            await self.clock.sleep(_LOOK_SECONDS)
