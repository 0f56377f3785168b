"""A publisher for tests: keeps what left, decoded, in order and once per event id."""

from collections.abc import Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from framewell_contracts.cloudevents import Envelope, Event, Record, decode
from framewell_contracts.topics import RESULTS
from framewell_kit.outcomes import Busy

M = TypeVar("M", bound=Message)


class CollectedFacts:
    """What a service published. An event id that comes again must carry the same fact, and counts once.

    Results, which repeat events that others published, stand among `records` alone.

    While `away` names a reason, everything is refused with Busy, as by a broker that does not answer.
    """

    def __init__(self, source: str = "framewell/test") -> None:
        self.source = source
        self.away = ""
        self.records: list[Record] = []
        self._events: dict[str, Event] = {}

    async def deliver(self, records: Sequence[Record]) -> None:
        """Keep the records, as a broker acknowledges them. Raises AssertionError for two facts of one id."""
        if self.away:
            raise Busy(self.away, retry_after=0.01)
        for record in records:
            if record.topic == RESULTS:
                continue
            event = decode(record.topic, record.headers, record.value)
            kept = self._events.setdefault(event.envelope.id, event)
            assert kept.message == event.message, f"two facts {event.envelope.type} have one event id"
        self.records += records

    @property
    def ids(self) -> set[str]:
        """Return the ids of all events."""
        return set(self._events)

    @property
    def events(self) -> list[Event]:
        """Return every event once, in the order in which the events left first."""
        return list(self._events.values())

    @property
    def messages(self) -> list[Message]:
        """Return the message of every event."""
        return [event.message for event in self._events.values()]

    def of(self, kind: type[M]) -> list[M]:
        """Return the facts of one type."""
        return [message for message in self.messages if isinstance(message, kind)]

    def one(self, kind: type[M]) -> M:
        """Return the only fact of one type. Raises AssertionError when there is none, or more than one."""
        found = self.of(kind)
        assert len(found) == 1, f"{len(found)} facts {kind.__name__} left, one is expected"
        return found[0]

    def envelopes(self, kind: type[Any]) -> list[Envelope]:
        """Return the envelopes of the facts of one type."""
        return [event.envelope for event in self._events.values() if isinstance(event.message, kind)]

    def clear(self) -> None:
        """Forget what left so far."""
        self.records.clear()
        self._events.clear()
