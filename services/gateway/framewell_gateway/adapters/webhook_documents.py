"""Webhooks and their deliveries in the document store."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from framewell_contracts.sentences import kept_wording, worded_as_kept
from framewell_gateway.domain.webhooks import (
    Delivery,
    DeliveryStatus,
    RegisteredWebhook,
    WebhookStatus,
)
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, Page, PageRequest, find_page

WEBHOOKS: Final = "webhooks"
DELIVERIES: Final = "webhook_deliveries"
NEWEST_FIRST: Final = Order("created_at", datetime, descending=True)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class WebhookDocuments:
    """`WebhookRepository` on the gateway's own database."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def prepare(self) -> None:
        """Make the indexes that the queries below need."""
        await self._documents.ensure_index(WEBHOOKS, ["status"])
        await self._documents.ensure_index(DELIVERIES, ["webhook_id", "status", "due_at"])

    async def add(self, webhook: RegisteredWebhook) -> None:
        """See WebhookRepository."""
        document = asdict(webhook)
        document["_id"] = document.pop("webhook_id")
        document |= {"types": list(webhook.types), "holder": "", "leased_until": _NEVER}
        await self._documents.insert_once(WEBHOOKS, document)

    async def get(self, webhook_id: str) -> RegisteredWebhook | None:
        """See WebhookRepository."""
        found = await self._documents.get(WEBHOOKS, webhook_id)
        return None if found is None else _webhook(found)

    async def page(self, page: PageRequest) -> Page[RegisteredWebhook]:
        """See WebhookRepository."""
        return (await find_page(self._documents, WEBHOOKS, {}, page, NEWEST_FIRST)).map(_webhook)

    async def active(self) -> Sequence[RegisteredWebhook]:
        """See WebhookRepository."""
        found = await self._documents.find(WEBHOOKS, {"status": WebhookStatus.ACTIVE.value})
        return [_webhook(document) for document in found]

    async def change(
        self, webhook_id: str, values: Mapping[str, Any], *, revision: int | None = None
    ) -> RegisteredWebhook | None:
        """See WebhookRepository."""
        change: dict[str, Any] = {"$set": dict(values)}
        expect = None
        if revision is not None:
            change["$inc"], expect = {"revision": 1}, {"revision": revision}
        found = await self._documents.update(WEBHOOKS, webhook_id, change, expect=expect)
        return None if found is None else _webhook(found)

    async def delete(self, webhook_id: str) -> bool:
        """See WebhookRepository."""
        was_there = await self._documents.delete(WEBHOOKS, webhook_id)
        await self._documents.delete_where(DELIVERIES, {"webhook_id": webhook_id})
        return was_there

    async def lease(self, webhook_id: str, holder: str, now: datetime, until: datetime) -> bool:
        """See WebhookRepository."""
        free = {"$or": [{"holder": holder}, {"leased_until": {"$lte": now}}]}
        change = {"$set": {"holder": holder, "leased_until": until}}
        return await self._documents.update(WEBHOOKS, webhook_id, change, expect=free) is not None

    async def put(self, delivery: Delivery) -> bool:
        """See WebhookRepository."""
        return await self._documents.insert_once(DELIVERIES, _stored(delivery))

    async def due(self, webhook_id: str, now: datetime, most: int) -> Sequence[Delivery]:
        """See WebhookRepository."""
        query = {**_of(webhook_id, DeliveryStatus.WAITING), "due_at": {"$lte": now}}
        found = await self._documents.find(DELIVERIES, query, sort=[("due_at", 1)], limit=most)
        return [_delivery(document) for document in found]

    async def waiting(self, webhook_id: str) -> int:
        """See WebhookRepository."""
        return await self._documents.count(DELIVERIES, _of(webhook_id, DeliveryStatus.WAITING))

    async def note(self, delivery: Delivery) -> None:
        """See WebhookRepository."""
        values = {name: value for name, value in _stored(delivery).items() if name != "_id"}
        await self._documents.update(DELIVERIES, delivery.delivery_id, {"$set": values})

    async def deliveries(
        self, webhook_id: str, statuses: Sequence[DeliveryStatus], page: PageRequest
    ) -> Page[Delivery]:
        """See WebhookRepository."""
        wanted = [status.value for status in statuses or DeliveryStatus]
        query = {"webhook_id": webhook_id, "status": {"$in": wanted}}
        return (await find_page(self._documents, DELIVERIES, query, page, NEWEST_FIRST)).map(_delivery)

    async def replay(self, webhook_id: str, delivery_ids: Sequence[str], now: datetime) -> int:
        """See WebhookRepository."""
        query: Document = {"webhook_id": webhook_id}
        if delivery_ids:
            query["_id"] = {"$in": [*delivery_ids]}
        else:
            query["status"] = DeliveryStatus.DEAD.value
        again = {"status": DeliveryStatus.WAITING.value, "due_at": now, "attempts": 0}
        return await self._documents.update_where(DELIVERIES, query, {"$set": again})

    async def prune(self, webhook_id: str, before: datetime) -> int:
        """See WebhookRepository."""
        taken = {**_of(webhook_id, DeliveryStatus.DELIVERED), "tried_at": {"$lt": before}}
        return await self._documents.delete_where(DELIVERIES, taken)


def _of(webhook_id: str, status: DeliveryStatus) -> Document:
    return {"webhook_id": webhook_id, "status": status.value}


def _webhook(document: Document) -> RegisteredWebhook:
    values = {name: value for name, value in document.items() if name not in _NOT_OF_WEBHOOK}
    values["because"] = worded_as_kept(values["because"], values.pop("because_wording", None))
    values["types"] = tuple(values["types"])
    values["status"] = WebhookStatus(values["status"])
    return RegisteredWebhook(webhook_id=document["_id"], **values)


_NOT_OF_WEBHOOK: Final = frozenset({"_id", "holder", "leased_until"})


def _stored(delivery: Delivery) -> Document:
    document = asdict(delivery)
    document["_id"] = document.pop("delivery_id")
    document["status"] = delivery.status.value
    document |= {"problem": str(delivery.problem), "problem_wording": kept_wording(delivery.problem)}
    return document


def _delivery(document: Document) -> Delivery:
    values = {name: value for name, value in document.items() if name != "_id"}
    values["status"] = DeliveryStatus(values["status"])
    values["problem"] = worded_as_kept(values["problem"], values.pop("problem_wording", None))
    return Delivery(delivery_id=document["_id"], **values)
