"""One dead letter: where it lies, what is known about it, and the record that it keeps."""

from dataclasses import dataclass
from typing import Any

from framewell_contracts import put_aside
from framewell_contracts.cloudevents import Event, Unreadable, decode
from framewell_contracts.dead_letters.handled import Mark, State
from framewell_contracts.dead_letters.place import Place
from framewell_contracts.json_events import parse_structured
from framewell_contracts.put_aside import PutAside
from framewell_contracts.subjects import asset_of

DAMAGED = "damaged"
_DAMAGED_REASON = "its framewell-* headers do not say where it came from: it can be shown and discarded"
# No id and no type of ours is longer; a hostile one is cut where it is shown or counted.
MAX_ATTRIBUTE = 256


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that a group gave up, and what people did with it.

    `written_ms` is when it was given up, by the clock of whoever gave it up. `note` is None when the
    headers that tell of it are damaged. `headers` and `value` are the record's own, as it was sent.
    """

    place: Place
    written_ms: int
    note: PutAside | None
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    mark: Mark | None

    @property
    def state(self) -> State:
        """`waiting`, or what was done with it."""
        return self.mark.state if self.mark else "waiting"

    @property
    def code(self) -> str:
        """Why it was given up, in a word."""
        return self.note.code if self.note else DAMAGED

    @property
    def reason(self) -> str:
        """Why it was given up, in a sentence."""
        return self.note.reason if self.note else _DAMAGED_REASON

    @property
    def event_id(self) -> str:
        """The id of its event; empty where its sender gave none."""
        return self._attribute("id")

    @property
    def event_type(self) -> str:
        """The type of its event, as its sender spelt it."""
        return self._attribute("type")

    def event(self) -> Event | None:
        """The event itself, where the record is one of ours."""
        topic = self.note.origin_topic if self.note else self.event_type
        try:
            return decode(topic, self.headers, self.value)
        except Unreadable:
            return None

    def asset(self) -> str:
        """The asset it is about, as the readers see it: what the message says goes before the header."""
        event = self.event()
        if event is None:
            return self._attribute("subject")
        return asset_of(event)

    def _attribute(self, name: str) -> str:
        """An attribute of the event, in whichever mode it was sent, also where its content is no good."""
        binary = next((content for header, content in self.headers if header == f"ce_{name}"), None)
        if binary is not None:
            return binary[:MAX_ATTRIBUTE].decode("utf-8", "replace")
        if self.value is None or self.value.lstrip()[:1] != b"{":
            return ""
        try:
            attributes, _, _ = parse_structured(self.value)
        except Unreadable:
            return ""
        return str(attributes.get(name, ""))[:MAX_ATTRIBUTE]


def letter(record: Any, place: Place, mark: Mark | None) -> Letter:
    """From a record of a dead-letter topic, as aiokafka gives it."""
    note = put_aside.read(record.headers)
    return Letter(
        place=place,
        written_ms=record.timestamp,
        note=note,
        key=record.key,
        value=None if note and note.valueless else record.value,
        headers=put_aside.original_headers(record.headers),
        mark=mark,
    )
