"""One event of the mesh as the gateway keeps it: never changed, identified by its source and id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from google.protobuf.message import Message

from framewell_contracts.json_mapping import to_json
from framewell_contracts.media_addresses import MediaAddress
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause

_ADDRESSES = ("uri", "existing_proxy")
"""Fields of facts that hold an address of media."""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A fact and its envelope.

    `asset_id` and `sample_id` are empty where the fact is about none. `recorded` is its arrival here (see
    Arrivals): the order in which events are listed. `data` is the fact in JSON, as it is on Kafka but for the
    secrets of addresses, which a request from outside may hold.
    """

    id: str
    type: str
    source: str
    time: datetime
    recorded: int
    subject: str = ""
    asset_id: str = ""
    sample_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the type without prefix and version: `chunk.planned`."""
        return short_type(self.type)

    @property
    def key(self) -> str:
        """Return what identifies it: ids are unique for their source only. Plain ASCII on one line."""
        return quote(f"{self.source}#{self.id}", safe="/:#")

    @property
    def cursor(self) -> "Cursor":
        """Return its place in the order of arrival."""
        return Cursor(self.recorded, self.key)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the order in which events arrived."""

    recorded: int
    key: str


class Arrivals:
    """Numbers arrivals: microseconds since 1970, strictly rising in one gateway whatever its clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return the number of the arrival at hand."""
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return self._last


def short_type(event_type: str) -> str:
    """Return a CloudEvents type without prefix and version: `chunk.planned`."""
    return event_type.removeprefix("framewell.").rsplit(".v", 1)[0]


def recorded_event(fact: Message, cause: Cause, recorded: int) -> RecordedEvent:
    """Return a fact as the gateway keeps it; `cause` is its envelope, whose subject is its asset."""
    return RecordedEvent(
        id=cause.id,
        type=cause.type,
        source=cause.source,
        time=cause.time,
        recorded=recorded,
        subject=cause.subject,
        asset_id=cause.subject,
        sample_id=str(getattr(fact, "sample_id", "")),
        data=_without_secrets(to_json(fact)),
    )


def _without_secrets(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(MediaAddress(value)) if name in _ADDRESSES and isinstance(value, str) else value
        for name, value in data.items()
    }
