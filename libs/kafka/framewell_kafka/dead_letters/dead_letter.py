"""One dead letter: its id, why it was given up, and the record that it keeps."""

from dataclasses import dataclass
from typing import Any

from framewell_contracts.bounds import OutOfBounds
from framewell_contracts.cloudevents import Event, Unreadable, asset_of, decode
from framewell_contracts.json_mapping import EVENT, parse_object
from framewell_contracts.sentences import say
from framewell_kafka import retry_headers
from framewell_kafka.dead_letters.actions import Action, State
from framewell_kafka.dead_letters.dead_letter_id import DeadLetterId
from framewell_kafka.retry_headers import RetryHeaders

DAMAGED = "damaged"
_DAMAGED_REASON = say(
    "dead_letter_damaged",
    "its framewell-* headers do not say where it came from: it can be shown and discarded",
)
# No id and no type of ours is longer; a hostile one is cut where it is shown or counted.
MAX_ATTRIBUTE = 256


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that a group gave up, and the last thing people did with it.

    `written_ms` is when it was given up (milliseconds since 1970), by the clock of whoever gave it up.
    `failure` is None when its retry headers are damaged. `headers` and `value` are the record's own, as it
    was sent.
    """

    id: DeadLetterId
    written_ms: int
    failure: RetryHeaders | None
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    action: Action | None

    @classmethod
    def from_record(cls, record: Any, dead_letter_id: DeadLetterId, action: Action | None) -> "DeadLetter":
        """Return the dead letter that a record of a dead-letter topic is, as aiokafka gives it."""
        failure = retry_headers.read(record.headers)
        return cls(
            id=dead_letter_id,
            written_ms=record.timestamp,
            failure=failure,
            key=record.key,
            value=None if failure and failure.valueless else record.value,
            headers=retry_headers.original_headers(record.headers),
            action=action,
        )

    @property
    def state(self) -> State:
        """`waiting`, or what was done with it."""
        return self.action.state if self.action else "waiting"

    @property
    def code(self) -> str:
        """Why it was given up, as a stable word."""
        return self.failure.code if self.failure else DAMAGED

    @property
    def reason(self) -> str:
        """Why it was given up, as a sentence."""
        return self.failure.reason if self.failure else _DAMAGED_REASON

    @property
    def event_id(self) -> str:
        """Return the id of its event; empty where its sender gave none."""
        return self._attribute("id")

    @property
    def event_type(self) -> str:
        """Return the type of its event, as its sender spelt it."""
        return self._attribute("type")

    def event(self) -> Event | None:
        """Return the event, also one that was refused for its content; None where the record is none."""
        try:
            return self._decoded()
        except OutOfBounds as error:
            return error.partial
        except Unreadable:
            return None

    def asset(self) -> str:
        """Return the id of its asset as handlers see it: the message goes before the header."""
        try:
            return asset_of(self._decoded())
        except Unreadable as error:
            return asset_of(error.partial) if error.partial else self._attribute("subject")

    def _decoded(self) -> Event:
        topic = self.failure.origin_topic if self.failure else self.event_type
        return decode(topic, self.headers, self.value)

    def _attribute(self, name: str) -> str:
        """Return an attribute of the event, in whichever mode it was sent, even of unreadable content."""
        binary = next((content for header, content in self.headers if header == f"ce_{name}"), None)
        if binary is not None:
            return binary[:MAX_ATTRIBUTE].decode("utf-8", "replace")
        if self.value is None or self.value.lstrip()[:1] != b"{":
            return ""
        try:
            event = parse_object(self.value, EVENT)
        except Unreadable:
            return ""
        return str(event.get(name, ""))[:MAX_ATTRIBUTE]
