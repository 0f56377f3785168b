"""One event of the mesh as the gateway keeps it: never changed, identified by its source and id."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from google.protobuf.message import Message

from framewell_contracts.json_mapping import to_json
from framewell_contracts.media_addresses import MediaAddress
from framewell_gateway.domain.mesh_facts import in_ids_and_numbers
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause

HashName = Callable[[str], str]
"""Returns the keyed hash of a name (see framewell_kit.name_hashes)."""

_ADDRESSES = ("uri", "existing_proxy")
"""Fields of facts that hold an address of media."""
_HOLDERS = ("holder", "issuer")
"""Fields of facts, at any depth, that name a holder of rights."""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A fact and its envelope.

    `asset_id`, `sample_id` and `class_id` are empty where the fact is about none; `holders` are the hashes of
    the holders of rights that it names. `recorded` is its arrival here (see
    Arrivals): the order in which events are listed. `data` is the fact in JSON, as it is on Kafka but for the
    secrets of addresses, which a request from outside may hold; of one about no asset and no sample it is
    what names nobody.
    """

    id: str
    type: str
    source: str
    time: datetime
    recorded: int
    subject: str = ""
    asset_id: str = ""
    sample_id: str = ""
    class_id: str = ""
    holders: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events of the mesh are meant: those that meet all of it; what is empty is met by every event.

    `service` is one of the mesh: events that it published itself.
    """

    types: frozenset[str] = frozenset()
    asset_id: str = ""
    service: str = ""

    @property
    def source(self) -> str:
        """Return the source of the events of the service; empty for all."""
        return f"framewell/{self.service}" if self.service else ""

    def matches(self, event: RecordedEvent) -> bool:
        """Return whether an event is meant."""
        return (
            (not self.types or event.type in self.types)
            and self.asset_id in ("", event.asset_id)
            and self.source in ("", event.source)
        )


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


def recorded_event(fact: Message, cause: Cause, recorded: int, hash_name: HashName) -> RecordedEvent:
    """Return a fact as the gateway keeps it; `cause` is its envelope, whose subject is its asset."""
    data = to_json(fact)
    if not cause.subject and not getattr(fact, "sample_id", ""):
        data = in_ids_and_numbers(cause.type, data)
    return RecordedEvent(
        id=cause.id,
        type=cause.type,
        source=cause.source,
        time=cause.time,
        recorded=recorded,
        subject=cause.subject,
        asset_id=cause.subject,
        sample_id=str(getattr(fact, "sample_id", "")),
        class_id=str(getattr(fact, "class_id", "")),
        holders=tuple(sorted({hash_name(name) for name in _holders(data)})),
        data=_without_secrets(data),
    )


def _without_secrets(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _without_secret(name, value) for name, value in data.items()}


def _without_secret(name: str, value: Any) -> Any:
    if name in _ADDRESSES and isinstance(value, str):
        return str(MediaAddress(value))
    if name == "captions" and isinstance(value, list):
        return [_without_secrets(one) if isinstance(one, dict) else one for one in value]
    return value


def _holders(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for name, value in data.items():
            if name in _HOLDERS and isinstance(value, str):
                yield value
            else:
                yield from _holders(value)
    elif isinstance(data, list):
        for one in data:
            yield from _holders(one)
