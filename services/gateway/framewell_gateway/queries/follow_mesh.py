"""GET /v1/events as a stream: every event of the mesh as it happens, resumable, for many callers at once."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from framewell_gateway.domain.events import EventFilter, RecordedEvent
from framewell_gateway.ports import EventRepository
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy
from framewell_kit.paging import PageRequest

MOST_BEHIND: Final = 1000
"""Events that a caller is told after a break, or that wait for a slow one; beyond, it is told to resync."""
OLDEST_PLACE_SECONDS: Final = 24 * 3600.0
_LOOK_SECONDS: Final = 0.5
_LOOK_BACK_SECONDS: Final = 10
"""An event of another process may become visible so long after one that arrived later."""
_MOST_A_LOOK: Final = 5000
_SHARE_OF_LOOKING: Final = 4
"""A look may take a fifth of the time: the pause after it is at least so many times as long."""
_QUIET_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream is: the key of the newest event, '' while there is none.

    With a `reason` the caller has missed events, and reads again whatever it shows.
    """

    key: str
    reason: str = ""


Told: TypeAlias = RecordedEvent | Place | None
"""What a caller is told; None when there was nothing new for a while."""


@dataclass(eq=False, slots=True)
class _Inbox:
    """What one caller has not been told yet, bounded: what does not fit is lost, and said to be."""

    wanted: EventFilter
    waiting: deque[RecordedEvent] = field(default_factory=deque)
    lost: bool = False
    filled: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, event: RecordedEvent) -> None:
        """Add an event that is meant."""
        if not self.wanted.matches(event):
            return
        if len(self.waiting) >= MOST_BEHIND:
            self.waiting.clear()
            self.lost = True
        self.waiting.append(event)
        self.filled.set()


class FollowMesh:
    """Events of the whole mesh in the order in which they arrive here, each once, for ever.

    One feed serves every caller: what this process records is passed on at once, and what other gateways
    record is looked for twice a second while anybody listens. A caller that names a place is told what came
    after it. It is told to resync where that place is not known any more, is older than a day, or lies more
    than MOST_BEHIND events back, and where it reads so slowly that as many wait for it: a stream never holds
    more. Without a place it begins now.
    """

    def __init__(self, events: EventRepository, clock: Clock) -> None:
        self._events, self._clock = events, clock
        self._inboxes: set[_Inbox] = set()
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, wanted: EventFilter, after: str = "") -> AsyncGenerator[Told, None]:
        """Yield where the stream begins, then events; a Place with a reason wherever some were missed."""
        with self._inbox(wanted) as inbox:
            begin: Sequence[Told] | None = None
            while begin is None:
                try:
                    begin = await self._until_now(wanted, after)
                except Busy:  # the store is away: the stream is open, and begins when it is back
                    yield None
                    await self._clock.sleep(_QUIET_SECONDS)
            for told in begin:
                yield told
            known = {each.key for each in begin if isinstance(each, RecordedEvent)} | {after}
            until = self._clock.monotonic() + _LOOK_BACK_SECONDS
            while True:
                if self._clock.monotonic() > until:
                    known.clear()
                if not inbox.waiting:
                    await self._filled(inbox)
                if inbox.lost:
                    inbox.lost = False
                    inbox.waiting.clear()
                    yield await self._resync(f"more than {MOST_BEHIND} events waited for you")
                elif not inbox.waiting:
                    yield None
                elif (event := inbox.waiting.popleft()).key not in known:
                    yield event

    async def _until_now(self, wanted: EventFilter, after: str) -> Sequence[Told]:
        """Return what there is to tell of the time between a place and now."""
        if not after:
            return [Place(await self._newest_key())]
        last = await self._events.get(after)
        if last is None or self._is_too_old(last):
            return [await self._resync("the place to go on from is not known any more")]
        page = await self._events.of_mesh(wanted, PageRequest(MOST_BEHIND), after=last.cursor)
        if page.next_token:
            return [await self._resync(f"more than {MOST_BEHIND} events came since")]
        return page.items

    def _is_too_old(self, last: RecordedEvent) -> bool:
        return self._clock.now().timestamp() - last.recorded / 1e6 > OLDEST_PLACE_SECONDS

    async def _resync(self, reason: str) -> Place:
        with suppress(Busy):
            return Place(await self._newest_key(), f"{reason}: read again whatever you show")
        return Place("", f"{reason}: read again whatever you show")

    async def _newest_key(self) -> str:
        newest = await self._events.newest()
        return newest.key if newest else ""

    async def _filled(self, inbox: _Inbox) -> None:
        inbox.filled.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_QUIET_SECONDS):
                await inbox.filled.wait()

    @contextmanager
    def _inbox(self, wanted: EventFilter) -> Iterator[_Inbox]:
        inbox = _Inbox(wanted)
        self._inboxes.add(inbox)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(self._micros()))
        try:
            with self._events.hearing(inbox.put):
                yield inbox
        finally:
            self._inboxes.discard(inbox)
            if not self._inboxes and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def _micros(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)

    async def _look(self, begun: int) -> None:
        """Pass on what other gateways record from `begun` on, while anybody listens."""
        known: dict[str, int] = {}
        while True:
            started = self._clock.monotonic()
            since = self._micros() - _LOOK_BACK_SECONDS * 1_000_000
            with suppress(Busy):  # the store is away: the streams stay open and go on with it
                for event in await self._events.by_others(max(since, begun), _MOST_A_LOOK):
                    if event.key not in known:
                        known[event.key] = event.recorded
                        for inbox in self._inboxes:
                            inbox.put(event)
            known = {key: recorded for key, recorded in known.items() if recorded >= since}
            took = self._clock.monotonic() - started
            await self._clock.sleep(max(_LOOK_SECONDS, _SHARE_OF_LOOKING * took))
