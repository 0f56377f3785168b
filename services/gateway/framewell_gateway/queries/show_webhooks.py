"""Webhooks and what became of their deliveries."""

from dataclasses import dataclass

from framewell.gateway.v1.webhooks_pb2 import (
    GetWebhookRequest,
    ListWebhookDeliveriesRequest,
    ListWebhookDeliveriesResponse,
    ListWebhooksRequest,
    ListWebhooksResponse,
    Webhook,
)
from framewell_contracts.sentences import say
from framewell_gateway.domain.webhook_messages import DELIVERY_STATES, delivery_message, webhook_message
from framewell_gateway.ports.webhooks import WebhookRepository
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import page_request


@dataclass(frozen=True, slots=True)
class ShowWebhooks:
    """What is kept of webhooks. Raises NotFound, and Rejected for a token that no page gave out."""

    webhooks: WebhookRepository

    async def list(self, request: ListWebhooksRequest) -> ListWebhooksResponse:
        """Return a page of webhooks."""
        page = await self.webhooks.page(page_request(request))
        return ListWebhooksResponse(
            webhooks=map(webhook_message, page.items), next_page_token=page.next_token, total_size=page.total
        )

    async def get(self, request: GetWebhookRequest) -> Webhook:
        """Return one webhook."""
        found = await self.webhooks.get(request.webhook_id)
        if found is None:
            raise NotFound(
                say("webhook_unknown", "there is no webhook {webhook_id}", webhook_id=request.webhook_id)
            )
        return webhook_message(found)

    async def deliveries(self, request: ListWebhookDeliveriesRequest) -> ListWebhookDeliveriesResponse:
        """Return a page of the deliveries of one webhook."""
        await self.get(GetWebhookRequest(webhook_id=request.webhook_id))
        wanted = [status for status, state in DELIVERY_STATES.items() if state in request.state]
        page = await self.webhooks.deliveries(request.webhook_id, wanted, page_request(request))
        return ListWebhookDeliveriesResponse(
            deliveries=map(delivery_message, page.items),
            next_page_token=page.next_token,
            total_size=page.total,
        )
