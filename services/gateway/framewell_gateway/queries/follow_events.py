"""GET /v1/assets/{id}/events as a stream: events as they happen, resumable."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.ports import EventRepository
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy

# Between two looks while events come, and at most while none do.
_LOOK_SECONDS = 0.25
_QUIET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class FollowEvents:
    """Events of an asset in the order of their arrival, for ever; none twice.

    After a break the caller names the key of the last event it had; one that is not known starts from the
    beginning, so that nothing is ever left out. What this process records is seen at once. Another gateway
    may have recorded the event, so it looks by itself: four times a second while events come, every two
    seconds while none do. Yields None when there was nothing new for a look.
    """

    events: EventRepository
    clock: Clock

    async def __call__(self, asset_id: str, last_key: str = "") -> AsyncIterator[RecordedEvent | None]:
        last = await self.events.get(last_key) if last_key else None
        cursor = last.cursor if last else None
        seen: set[str] = set()
        if cursor is not None:
            seen = {each.key for each in await self.events.since(asset_id, cursor) if each.cursor <= cursor}
        wait = _LOOK_SECONDS
        with self.events.following(asset_id) as recorded:
            while True:
                recorded.clear()
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
                if fresh:
                    wait = _LOOK_SECONDS
                    await self.clock.sleep(wait)
                else:
                    yield None
                    await self._quiet(recorded, wait)
                    wait = min(2 * wait, _QUIET_SECONDS)

    async def _quiet(self, recorded: asyncio.Event, seconds: float) -> None:
        """Wait until this process has recorded an event, or so long."""
        waits = [asyncio.ensure_future(self.clock.sleep(seconds)), asyncio.ensure_future(recorded.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
