"""Webhooks and deliveries as REST tells them: without secrets."""

from typing import Any, Final

from framewell.gateway.v1.webhooks_pb2 import DeliveryState, Webhook, WebhookDelivery, WebhookState
from framewell_contracts.sentences import wording_of
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.webhooks import (
    Delivery,
    DeliveryStatus,
    RegisteredWebhook,
    WebhookStatus,
)

_STATES: "Final[dict[WebhookStatus, WebhookState.ValueType]]" = {
    WebhookStatus.ACTIVE: WebhookState.WEBHOOK_STATE_ACTIVE,
    WebhookStatus.PAUSED: WebhookState.WEBHOOK_STATE_PAUSED,
    WebhookStatus.DISABLED: WebhookState.WEBHOOK_STATE_DISABLED,
}
DELIVERY_STATES: "Final[dict[DeliveryStatus, DeliveryState.ValueType]]" = {
    DeliveryStatus.WAITING: DeliveryState.DELIVERY_STATE_WAITING,
    DeliveryStatus.DELIVERED: DeliveryState.DELIVERY_STATE_DELIVERED,
    DeliveryStatus.DEAD: DeliveryState.DELIVERY_STATE_DEAD,
}


def webhook_message(webhook: RegisteredWebhook) -> Webhook:
    """Return a webhook as it is answered."""
    times: dict[str, Any] = {
        name: timestamp(moment)
        for name, moment in (
            ("delivered_at", webhook.delivered_at),
            ("failing_since", webhook.failing_since),
            ("old_secret_until", webhook.old_secret_until),
        )
        if moment is not None
    }
    return Webhook(
        webhook_id=webhook.webhook_id,
        url=webhook.url,
        types=webhook.types,
        service=webhook.service,
        description=webhook.description,
        state=_STATES[webhook.status],
        because=webhook.because,
        because_wording=wording_of(webhook.because),
        created_by=webhook.created_by,
        created_at=timestamp(webhook.created_at),
        revision=webhook.revision,
        **times,
    )


def delivery_message(delivery: Delivery) -> WebhookDelivery:
    """Return a delivery as it is answered."""
    times: dict[str, Any] = {
        name: timestamp(moment)
        for name, moment in (("due_at", delivery.due_at), ("tried_at", delivery.tried_at))
        if moment is not None
    }
    return WebhookDelivery(
        delivery_id=delivery.delivery_id,
        event_key=delivery.event_key,
        type=delivery.type,
        state=DELIVERY_STATES[delivery.status],
        attempts=delivery.attempts,
        status=delivery.answered,
        problem=delivery.problem,
        problem_wording=wording_of(delivery.problem),
        created_at=timestamp(delivery.created_at),
        **times,
    )
