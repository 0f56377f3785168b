"""The part of the process that has posters taken as soon as an asset can be shown, before anybody looks."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from framewell.gateway.v1.programme_pb2 import GetPosterRequest
from framewell_contracts.sentences import say
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.ports import Away, EventRepository
from framewell_gateway.queries.show_poster import LISTED_WIDTH, ShowPoster
from framewell_gateway.steps.keep_posters import KeepPosters
from framewell_gateway.telemetry import POSTER_FAILED
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy, Outcome
from framewell_kit.telemetry import logger

MOST_WAITING: Final = 1000
"""Assets whose poster is taken when its turn comes; those beyond are taken when somebody looks."""
TRIES: Final = 5
_AFTER_FAILURE_SECONDS: Final = 5.0
_SHOWN: Final = "asset.transcoded"
_GONE: Final = "asset.removed"
_SWEEP_SECONDS: Final = 60.0
log = logger(__name__)


class PosterService:
    """Takes posters one after the other; transcode keeps each, so that nobody waits for its decoding.

    Nothing is lost with what waits here when the process ends: a poster is taken at the first look then.
    """

    name = "posters"

    def __init__(self, events: EventRepository, show: ShowPoster, kept: KeepPosters, clock: Clock) -> None:
        self._events, self._show, self._kept, self._clock = events, show, kept, clock
        self._wanted: OrderedDict[str, int] = OrderedDict()
        self._woken = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Hear of assets that can be shown, and take their posters in a task of its own."""
        self._working = asyncio.create_task(self._work())

    async def stop(self, seconds: float) -> None:
        """End what is under way."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working], timeout=seconds)

    def waiting(self) -> str:
        """Return why it does not work; empty while it does."""
        stopped = self._working is None or self._working.done()
        return say("posters_stopped", "posters are not taken") if stopped else ""

    def _hear(self, event: RecordedEvent) -> None:
        if event.name in (_GONE, _SHOWN):
            self._kept.forget(event.asset_id)
        if event.name == _SHOWN and len(self._wanted) < MOST_WAITING:
            self._wanted[event.asset_id] = 0
            self._woken.set()

    async def _work(self) -> None:
        with self._events.hearing(self._hear):
            while True:
                self._kept.sweep()
                if self._wanted:
                    await self._take(*self._wanted.popitem(last=False))
                else:
                    self._woken.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), _SWEEP_SECONDS)

    async def _take(self, asset_id: str, tries: int) -> None:
        try:
            await self._show(GetPosterRequest(asset_id=asset_id, width=LISTED_WIDTH))
        except (Away, Busy) as error:  # whoever could take it is not there, or has no room, for a moment
            log.debug(POSTER_FAILED, asset_id=asset_id, reason=str(error))
            if tries + 1 < TRIES:
                self._wanted.setdefault(asset_id, tries + 1)
            await self._clock.sleep(_AFTER_FAILURE_SECONDS)
        except Outcome as refused:  # sound alone, no picture that can be decoded, or gone meanwhile
            log.debug(POSTER_FAILED, asset_id=asset_id, reason=refused.reason)
        except Exception:
            log.exception(POSTER_FAILED, asset_id=asset_id)
