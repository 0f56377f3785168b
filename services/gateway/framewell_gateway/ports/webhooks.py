"""What webhooks need from outside: where they and their deliveries are kept, and a way to the addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from framewell_gateway.domain.webhooks import Answer, Delivery, DeliveryStatus, RegisteredWebhook
from framewell_kit.paging import Page, PageRequest


class WebhookRepository(Protocol):
    """Webhooks, and what is in line for them. Every method raises Busy while the store is away."""

    async def add(self, webhook: RegisteredWebhook) -> None:
        """Keep a new webhook."""
        ...

    async def get(self, webhook_id: str) -> RegisteredWebhook | None:
        """Return a webhook, None when there is none."""
        ...

    async def page(self, page: PageRequest) -> Page[RegisteredWebhook]:
        """Return a page of all, the newest first. Raises Rejected for a token of another making."""
        ...

    async def active(self) -> Sequence[RegisteredWebhook]:
        """Return those that are served."""
        ...

    async def change(
        self, webhook_id: str, values: Mapping[str, Any], *, revision: int | None = None
    ) -> RegisteredWebhook | None:
        """Set fields of a webhook and return it; with a revision only while it has that one, and it grows.

        Returns None for one that is not there, or not at that revision.
        """
        ...

    async def delete(self, webhook_id: str) -> bool:
        """Delete a webhook and its deliveries; False when there was none."""
        ...

    async def lease(self, webhook_id: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take or renew the right to serve a webhook; False while another process has it."""
        ...

    async def put(self, delivery: Delivery) -> bool:
        """Put a delivery in line, once; False when it was there."""
        ...

    async def due(self, webhook_id: str, now: datetime, most: int) -> Sequence[Delivery]:
        """Return deliveries that wait and are due, those that are due the longest first."""
        ...

    async def waiting(self, webhook_id: str) -> int:
        """Return how many deliveries of a webhook wait."""
        ...

    async def note(self, delivery: Delivery) -> None:
        """Keep what became of an attempt."""
        ...

    async def deliveries(
        self, webhook_id: str, statuses: Sequence[DeliveryStatus], page: PageRequest
    ) -> Page[Delivery]:
        """Return a page of the deliveries of a webhook, the newest first. Raises Rejected for a bad token."""
        ...

    async def replay(self, webhook_id: str, delivery_ids: Sequence[str], now: datetime) -> int:
        """Let deliveries wait again, all dead ones where none is named; return how many."""
        ...

    async def prune(self, webhook_id: str, before: datetime) -> int:
        """Forget deliveries that were taken before a time; return how many."""
        ...


class WebhookSender(Protocol):
    """The way to addresses outside."""

    def check(self, url: str) -> None:
        """Raise NotAllowed for an address that a webhook may not lead to."""
        ...

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one delivery. Never raises: who cannot be reached is an answer without status."""
        ...
