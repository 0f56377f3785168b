"""Webhooks: who wants which events where, how a delivery is signed, and when it is tried again.

Signatures are those of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and
body. Its Python library signs with one secret alone; here two are valid while one replaces the other.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from framewell_contracts.sentences import kept_wording
from framewell_gateway.domain.events import EventFilter, RecordedEvent

CLOUD_EVENTS: Final = "application/cloudevents+json"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what a secret begins with
OLD_SECRET_LASTS: Final = timedelta(hours=24)
DISABLED_AFTER: Final = timedelta(days=3)
"""So long every attempt may fail before a webhook is disabled."""
_SECRET_BYTES: Final = 32
_IDS: Final = UUID("6c2a3f52-6b53-4a8e-8c7e-1f6d1f6f5a3d")
_WAITS: Final = (5, 30, 300, 1800, 7200, 18_000, 36_000, 36_000)
"""Seconds before the second, the third … attempt; after the last one a delivery is dead: about 28 hours."""
_JITTER: Final = 0.2


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class WebhookStatus(StrEnum):
    """Whether a webhook is served."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class RegisteredWebhook:
    """An address that wants events.

    `position` is the arrival of the last event that was put in line for it. `old_secret` signs beside
    `secret` until `old_secret_until`. `revision` grows with whatever a person changes.
    """

    webhook_id: str
    url: str
    secret: str
    created_by: str
    created_at: datetime
    position: int
    types: tuple[str, ...] = ()
    service: str = ""
    description: str = ""
    status: WebhookStatus = WebhookStatus.ACTIVE
    because: str = ""
    revision: int = 1
    delivered_at: datetime | None = None
    failing_since: datetime | None = None
    old_secret: str = ""
    old_secret_until: datetime | None = None

    @property
    def wanted(self) -> EventFilter:
        """Return which events it wants."""
        return EventFilter(frozenset(self.types), service=self.service)

    def secrets_at(self, now: datetime) -> Sequence[str]:
        """Return the secrets that sign now, the newest first."""
        is_valid = self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, self.old_secret] if is_valid else [self.secret]


def kept_because(because: str) -> dict[str, Any]:
    """Return what a change of a webhook keeps of why it is not served."""
    return {"because": str(because), "because_wording": kept_wording(because)}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook; nothing of the event but its key and its type is kept."""

    delivery_id: str
    webhook_id: str
    event_key: str
    type: str
    created_at: datetime
    due_at: datetime | None
    status: DeliveryStatus = DeliveryStatus.WAITING
    attempts: int = 0
    answered: int = 0
    problem: str = ""
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered: its HTTP status, 0 for none, and why that is no success."""

    status: int
    problem: str = ""

    @property
    def is_taken(self) -> bool:
        """Return whether the delivery was taken: any status of success."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Return whether the address says that it wants nothing any more."""
        return self.status == 410


def new_secret() -> str:
    """Return a secret of 256 bits as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def delivery_id(webhook_id: str, event_key: str) -> str:
    """Return the id of the delivery of an event to a webhook, the same however often it is made."""
    return f"msg_{uuid5(_IDS, f'{webhook_id} {event_key}').hex}"


def signed_headers(message_id: str, now: datetime, body: bytes, keys: Sequence[str]) -> Mapping[str, str]:
    """Return the headers of a delivery, with one signature a secret."""
    moment = str(int(now.timestamp()))
    content = b".".join((message_id.encode(), moment.encode(), body))
    signatures = [f"v1,{base64.b64encode(_hmac(key, content)).decode()}" for key in keys]
    return {
        "content-type": CLOUD_EVENTS,
        "user-agent": "framewell-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(signatures),
    }


def _hmac(secret: str, content: bytes) -> bytes:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return hmac.new(key, content, hashlib.sha256).digest()


def cloud_event(event: RecordedEvent) -> bytes:
    """Return an event as a CloudEvent in JSON, structured mode, as the gateway keeps it."""
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
    }
    if event.subject:
        document["subject"] = event.subject
    return json.dumps({**document, "data": event.data}, ensure_ascii=False).encode()


def seconds_until_next(attempts: int, chance: float) -> float | None:
    """Return how long to wait after so many attempts, None when there is no further one.

    `chance`, 0 to 1, spreads the attempts of many deliveries over a fifth of the time on either side.
    """
    if attempts > len(_WAITS):
        return None
    return _WAITS[attempts - 1] * (1 - _JITTER + 2 * _JITTER * chance)
