"""Webhooks are registered, changed, tried and taken away."""

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from framewell.gateway.v1.webhooks_pb2 import (
    CreateWebhookRequest,
    DeleteWebhookRequest,
    DeleteWebhookResponse,
    ReplayWebhookDeliveriesRequest,
    ReplayWebhookDeliveriesResponse,
    RotateWebhookSecretRequest,
    TestWebhookRequest,
    TestWebhookResponse,
    UpdateWebhookRequest,
    Webhook,
    WebhookSecret,
)
from framewell_contracts.fact_types import FACTS
from framewell_contracts.sentences import say, wording_of
from framewell_contracts.services import SERVICES
from framewell_gateway.domain.principals import Principal
from framewell_gateway.domain.webhook_hosts import NotAllowed
from framewell_gateway.domain.webhook_messages import webhook_message
from framewell_gateway.domain.webhooks import (
    OLD_SECRET_LASTS,
    RegisteredWebhook,
    WebhookStatus,
    delivery_id,
    kept_because,
    new_secret,
    signed_headers,
)
from framewell_gateway.ports.webhooks import WebhookRepository, WebhookSender
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Conflict, NotFound, Rejected

MOST_WEBHOOKS = 100
TEST_TYPE = "framewell.webhook.tested.v1"


@dataclass(frozen=True, slots=True)
class ManageWebhooks:
    """What a person does with webhooks. Raises NotFound for one that is not there.

    Addresses that the operator does not allow, and types and services that there are not, are Rejected.
    """

    webhooks: WebhookRepository
    sender: WebhookSender
    clock: Clock
    caller: Principal

    async def create(self, request: CreateWebhookRequest) -> WebhookSecret:
        """Register an address; its events are those from now on. Raises Conflict beyond a hundred."""
        self._check(request.url, request.types, request.service)
        if len(await self.webhooks.active()) >= MOST_WEBHOOKS:
            raise Conflict(
                say(
                    "webhooks_full",
                    "{most} webhooks are served, which is all there may be: delete one",
                    most=MOST_WEBHOOKS,
                )
            )
        now = self.clock.now()
        webhook = RegisteredWebhook(
            webhook_id=str(uuid4()),
            url=request.url,
            secret=new_secret(),
            created_by=self.caller.name,
            created_at=now,
            position=int(now.timestamp() * 1_000_000),
            types=tuple(request.types),
            service=request.service,
            description=request.description,
        )
        await self.webhooks.add(webhook)
        return WebhookSecret(webhook=webhook_message(webhook), secret=webhook.secret)

    async def update(self, request: UpdateWebhookRequest) -> Webhook:
        """Change a webhook; one that is expected at a revision only while it has that. Raises Conflict."""
        before, change = await self._get(request.webhook_id), request.change
        self._check(change.url if change.HasField("url") else "", change.types, "")
        values: dict[str, Any] = {}
        if change.HasField("url"):
            values["url"] = change.url
        if change.HasField("description"):
            values["description"] = change.description
        if change.types or change.every_type:
            values["types"] = [] if change.every_type else list(change.types)
        if change.HasField("active"):
            status = WebhookStatus.ACTIVE if change.active else WebhookStatus.PAUSED
            paused = say("webhook_off.paused", "{who} paused it", who=self.caller.name)
            because = "" if change.active else paused
            values |= {"status": status.value, **kept_because(because), "failing_since": None}
        expected = request.expected_revision if request.HasField("expected_revision") else before.revision
        return webhook_message(await self._change(before, values, expected))

    async def rotate(self, request: RotateWebhookSecretRequest) -> WebhookSecret:
        """Give a webhook another secret; the one so far signs beside it for a day."""
        before = await self._get(request.webhook_id)
        secret, until = new_secret(), self.clock.now() + OLD_SECRET_LASTS
        values = {"secret": secret, "old_secret": before.secret, "old_secret_until": until}
        changed = await self._change(before, values, before.revision)
        return WebhookSecret(webhook=webhook_message(changed), secret=secret)

    async def delete(self, request: DeleteWebhookRequest) -> DeleteWebhookResponse:
        """Take a webhook away, with its deliveries."""
        if not await self.webhooks.delete(request.webhook_id):
            raise NotFound(
                say("webhook_unknown", "there is no webhook {webhook_id}", webhook_id=request.webhook_id)
            )
        return DeleteWebhookResponse()

    async def test(self, request: TestWebhookRequest) -> TestWebhookResponse:
        """Send an event of no meaning at once, and say what came of it; it is not repeated."""
        webhook, now = await self._get(request.webhook_id), self.clock.now()
        event_id = str(uuid4())
        body = json.dumps(
            {
                "specversion": "1.0", "id": event_id, "source": "framewell/gateway", "type": TEST_TYPE,
                "time": now.isoformat().replace("+00:00", "Z"), "datacontenttype": "application/json",
                "data": {"webhook_id": webhook.webhook_id},
            }
        ).encode()  # fmt: skip
        headers = signed_headers(
            delivery_id(webhook.webhook_id, event_id), now, body, webhook.secrets_at(now)
        )
        begun = time.monotonic()
        answer = await self.sender.send(webhook.url, headers, body)
        return TestWebhookResponse(
            delivered=answer.is_taken,
            status=answer.status,
            problem=answer.problem,
            problem_wording=wording_of(answer.problem),
            milliseconds=int(1000 * (time.monotonic() - begun)),
        )

    async def replay(self, request: ReplayWebhookDeliveriesRequest) -> ReplayWebhookDeliveriesResponse:
        """Put deliveries in line again: these, or all that were given up."""
        webhook = await self._get(request.webhook_id)
        ids = request.replay.delivery_ids
        replayed = await self.webhooks.replay(webhook.webhook_id, ids, self.clock.now())
        return ReplayWebhookDeliveriesResponse(replayed=replayed)

    async def _get(self, webhook_id: str) -> RegisteredWebhook:
        found = await self.webhooks.get(webhook_id)
        if found is None:
            raise NotFound(say("webhook_unknown", "there is no webhook {webhook_id}", webhook_id=webhook_id))
        return found

    async def _change(
        self, before: RegisteredWebhook, values: dict[str, Any], revision: int
    ) -> RegisteredWebhook:
        changed = await self.webhooks.change(before.webhook_id, values, revision=revision)
        if changed is None:
            raise Conflict(
                say(
                    "webhook_changed",
                    "webhook {webhook_id} was changed meanwhile: read it again, then change it",
                    webhook_id=before.webhook_id,
                )
            )
        return changed

    def _check(self, url: str, types: Any, service: str) -> None:
        if url:
            try:
                self.sender.check(url)
            except NotAllowed as error:
                raise Rejected(error.reason) from error
        if unknown := sorted(set(types) - FACTS.keys()):
            raise Rejected(
                say(
                    "bad_type",
                    "there is no event of type {type}: /schemas.json lists them",
                    type=f"{unknown[0]!r}",
                )
            )
        if service and service not in SERVICES:
            raise Rejected(
                say(
                    "bad_service",
                    "the mesh has no service {service}: it has {known}",
                    service=f"{service!r}",
                    known=", ".join(SERVICES),
                )
            )
