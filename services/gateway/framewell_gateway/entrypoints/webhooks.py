"""The part of the process that serves webhooks: a task for each, so that none waits for another."""

import asyncio
from contextlib import suppress
from typing import Final

from framewell_contracts.sentences import say
from framewell_gateway.commands.deliver_webhooks import DeliverWebhook
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.ports import EventRepository
from framewell_gateway.ports.webhooks import WebhookRepository
from framewell_gateway.telemetry import WEBHOOK_FAILED
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy
from framewell_kit.telemetry import logger

LOOK_SECONDS: Final = 2.0
_AFTER_FAILURE_SECONDS: Final = 5.0
log = logger(__name__)


class WebhookService:
    """Serves every active webhook until stopped; whenever it is killed, what it has done is in the store."""

    name = "webhooks"

    def __init__(
        self, webhooks: WebhookRepository, events: EventRepository, deliver: DeliverWebhook, clock: Clock
    ) -> None:
        self._webhooks, self._events, self._deliver, self._clock = webhooks, events, deliver, clock
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for webhooks, and serve them in tasks of their own."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self, seconds: float) -> None:
        """End what is under way; what was not noted is sent again when the mesh is up."""
        tasks = [*self._serving.values(), *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        self._serving.clear()

    def waiting(self) -> str:
        """Return why it does not serve; empty while it does."""
        stopped = self._looking is None or self._looking.done()
        return say("webhooks_stopped", "webhooks are not served") if stopped else ""

    async def _look(self) -> None:
        with self._events.hearing(self._wake):
            while True:
                with suppress(Busy):
                    await self._adjust()
                await self._clock.sleep(LOOK_SECONDS)

    async def _adjust(self) -> None:
        """Begin to serve webhooks that are new, and end with those that are served no more."""
        active = {one.webhook_id for one in await self._webhooks.active()}
        for webhook_id in active - self._serving.keys():
            self._wakes[webhook_id] = asyncio.Event()
            self._serving[webhook_id] = asyncio.create_task(self._serve(webhook_id))
        for webhook_id in self._serving.keys() - active:
            self._serving.pop(webhook_id).cancel()
            self._wakes.pop(webhook_id).set()

    def _wake(self, _: RecordedEvent) -> None:
        for wake in self._wakes.values():
            wake.set()

    async def _serve(self, webhook_id: str) -> None:
        wake = self._wakes[webhook_id]
        while True:
            wake.clear()
            try:
                has_more = await self._deliver(webhook_id)
            except Busy:
                await self._clock.sleep(LOOK_SECONDS)
                continue
            except Exception:
                log.exception(WEBHOOK_FAILED, webhook=webhook_id)
                await self._clock.sleep(_AFTER_FAILURE_SECONDS)
                continue
            if not has_more:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await wake.wait()
