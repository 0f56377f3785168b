"""One webhook is served: its events are put in line, and what is due is sent."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from framewell_contracts.sentences import say
from framewell_gateway.domain.events import Cursor
from framewell_gateway.domain.webhooks import (
    DISABLED_AFTER,
    Answer,
    Delivery,
    DeliveryStatus,
    RegisteredWebhook,
    WebhookStatus,
    cloud_event,
    delivery_id,
    kept_because,
    seconds_until_next,
    signed_headers,
)
from framewell_gateway.ports import EventRepository
from framewell_gateway.ports.webhooks import WebhookRepository, WebhookSender
from framewell_gateway.telemetry import WEBHOOK_DELIVERIES, WEBHOOK_DISABLED
from framewell_kit.clock import Clock
from framewell_kit.paging import PageRequest
from framewell_kit.telemetry import logger

MOST_WAITING: Final = 1000
"""Deliveries in line for one webhook; its further events wait in the timeline."""
_BATCH: Final = 100
_LOOK_BACK_MICROS: Final = 10_000_000
"""An event may become visible so long after one that arrived later."""
_LEASE: Final = timedelta(seconds=60)
HISTORY: Final = timedelta(days=7)

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class DeliverWebhook:
    """Serve one webhook for a while; return whether there is more to do at once.

    An event is put in line before the position moves behind it, and its delivery is noted after it was sent:
    whoever is killed in between sends again, under the same id. Of several gateways one serves a webhook.
    Deliveries are sent one after the other; one that fails waits for its next attempt, and the next is sent.
    """

    webhooks: WebhookRepository
    events: EventRepository
    sender: WebhookSender
    clock: Clock
    holder: str
    chance: Callable[[], float] = random.random
    _pruned: dict[str, float] = field(default_factory=dict, init=False)

    async def __call__(self, webhook_id: str) -> bool:
        now = self.clock.now()
        if not await self.webhooks.lease(webhook_id, self.holder, now, now + _LEASE):
            return False
        webhook = await self.webhooks.get(webhook_id)
        if webhook is None or webhook.status is not WebhookStatus.ACTIVE:
            return False
        more = await self._put_in_line(webhook)
        due = await self.webhooks.due(webhook_id, self.clock.now(), _BATCH)
        for delivery in due:
            current = await self.webhooks.get(webhook_id)
            if current is None or current.status is not WebhookStatus.ACTIVE:
                return False
            now = self.clock.now()
            if not await self.webhooks.lease(webhook_id, self.holder, now, now + _LEASE):
                return False
            await self._send(current, delivery)
        await self._prune(webhook_id)
        return more or len(due) == _BATCH

    async def _put_in_line(self, webhook: RegisteredWebhook) -> bool:
        """Put events in line that came since; return whether there are more."""
        room = MOST_WAITING - await self.webhooks.waiting(webhook.webhook_id)
        if room <= 0:
            return False
        after = Cursor(webhook.position - _LOOK_BACK_MICROS, "")
        begin = _micros(webhook.created_at)
        position, token, put = webhook.position, "", 0
        while put < room:
            page = await self.events.of_mesh(webhook.wanted, PageRequest(_BATCH, token), after=after)
            for event in page.items:
                now = self.clock.now()
                name = delivery_id(webhook.webhook_id, event.key)
                new = Delivery(name, webhook.webhook_id, event.key, event.type, now, now)
                put += event.recorded >= begin and await self.webhooks.put(new)
                position = max(position, event.recorded)
            token = page.next_token
            if not token:  # nothing older than what readers look back for can come any more
                position = max(position, _micros(self.clock.now()) - _LOOK_BACK_MICROS)
                break
        if position - webhook.position > _LOOK_BACK_MICROS // 10 or put:
            await self.webhooks.change(webhook.webhook_id, {"position": position})
        return bool(token) and put < room

    async def _send(self, webhook: RegisteredWebhook, delivery: Delivery) -> None:
        event = await self.events.get(delivery.event_key)
        now = self.clock.now()
        if event is None:
            gone = say("delivery.erased", "its event was erased")
            await self.webhooks.note(
                replace(delivery, status=DeliveryStatus.DEAD, problem=gone, due_at=None, tried_at=now)
            )
            return
        body = cloud_event(event)
        headers = signed_headers(delivery.delivery_id, now, body, webhook.secrets_at(now))
        answer = await self.sender.send(webhook.url, headers, body)
        WEBHOOK_DELIVERIES.add(1, {"outcome": "delivered" if answer.is_taken else "failed"})
        await self.webhooks.note(self._after(delivery, answer))
        await self._note(webhook, answer)

    def _after(self, delivery: Delivery, answer: Answer) -> Delivery:
        """Return a delivery after an attempt."""
        now, attempts = self.clock.now(), delivery.attempts + 1
        tried = replace(
            delivery, attempts=attempts, answered=answer.status, problem=answer.problem, tried_at=now
        )
        if answer.is_taken:
            return replace(tried, status=DeliveryStatus.DELIVERED, due_at=None)
        seconds = seconds_until_next(attempts, self.chance())
        if seconds is None:
            return replace(tried, status=DeliveryStatus.DEAD, due_at=None)
        return replace(tried, due_at=now + timedelta(seconds=seconds))

    async def _note(self, webhook: RegisteredWebhook, answer: Answer) -> None:
        """Keep how the webhook does, and disable one that has failed for too long."""
        now = self.clock.now()
        if answer.is_taken:
            await self.webhooks.change(webhook.webhook_id, {"delivered_at": now, "failing_since": None})
            return
        since = webhook.failing_since or now
        values: dict[str, object] = {"failing_since": since}
        because: str = ""
        if answer.is_gone:
            because = say("webhook_off.gone", "its address answered that it is gone (410)")
        elif now - since >= DISABLED_AFTER:
            because = say(
                "webhook_off.failing",
                "every attempt has failed since {since} UTC; the last: {why}",
                since=f"{since:%Y-%m-%d %H:%M}",
                why=answer.problem,
            )
        if not because:
            await self.webhooks.change(webhook.webhook_id, values)
            return
        values |= {"status": WebhookStatus.DISABLED.value, **kept_because(because)}
        disabled = await self.webhooks.change(webhook.webhook_id, values, revision=webhook.revision)
        if disabled is not None:  # else a person has changed it meanwhile, and the next attempt says
            log.warning(WEBHOOK_DISABLED, webhook=webhook.webhook_id, because=because)

    async def _prune(self, webhook_id: str) -> None:
        """Forget, once an hour, what was taken long ago."""
        if self.clock.monotonic() - self._pruned.get(webhook_id, float("-inf")) > 3600:
            self._pruned[webhook_id] = self.clock.monotonic()
            await self.webhooks.prune(webhook_id, self.clock.now() - HISTORY)


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
