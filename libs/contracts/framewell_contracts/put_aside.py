"""Records that were put aside: waiting in a group's retry topic, or given up in its dead-letter topic.

Both keep the record's key, value and headers untouched and add `framewell-*` headers that say where it
stood and what happened, so that a replay is the original again. The exception is a record that was small
only because its sender compressed it: what is larger than a dead letter may be is left out of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES

_PREFIX = "framewell-"
# A traceback longer than this says nothing more; its end, which names the error, is kept.
MAX_TRACEBACK_BYTES = 8 << 10
MAX_REASON_BYTES = 2 << 10
# What is left of a dead letter for the record itself: the note and Kafka's own share go first.
MAX_KEPT_BYTES = MAX_DEAD_LETTER_BYTES - (16 << 10)

Headers = Iterable[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class PutAside:
    """What is known about a record that a group put aside.

    Times are milliseconds since 1970. `attempt` counts the attempts made so far, `not_before_ms` is when
    the next one is due (0 in a dead letter). `code` is a stable word, `reason` a sentence. `valueless` is
    true of a record that had no value at all, which Kafka tells apart from an empty one. `left_out_bytes`
    says how large a record was whose key, value and headers could not be kept.
    """

    group: str
    origin_topic: str
    origin_partition: int
    origin_offset: int
    attempt: int
    first_ms: int
    last_ms: int
    code: str
    reason: str
    not_before_ms: int = 0
    traceback: str = ""
    valueless: bool = False
    left_out_bytes: int = 0

    def seconds_left(self, now: datetime) -> float:
        """How long to wait for the next attempt; 0 or less when it is due.

        Never longer than whoever put it aside meant to wait, however wrong its clock was, or ours is.
        """
        meant = (self.not_before_ms - self.last_ms) / 1000
        return min(self.not_before_ms / 1000 - now.timestamp(), meant)

    def headers(self) -> list[tuple[str, bytes]]:
        """As record headers."""
        written = {
            "reason": _whole_characters(self.reason.encode()[:MAX_REASON_BYTES]),
            "traceback": _whole_characters(self.traceback.encode()[-MAX_TRACEBACK_BYTES:]),
            "valueless": b"1" if self.valueless else b"",
            "left_out_bytes": str(self.left_out_bytes).encode() if self.left_out_bytes else b"",
        }
        named = [
            (field.name, written.get(field.name, str(getattr(self, field.name)).encode()))
            for field in fields(self)
        ]
        return [(_PREFIX + name.replace("_", "-"), content) for name, content in named if content]


def read(headers: Headers) -> PutAside | None:
    """What the record's headers say, or None when nobody put it aside (or the headers are damaged)."""
    said = {
        name.removeprefix(_PREFIX).replace("-", "_"): content.decode("utf-8", "replace")
        for name, content in headers
        if name.startswith(_PREFIX) and content is not None
    }
    try:
        return PutAside(
            group=said["group"],
            origin_topic=said["origin_topic"],
            origin_partition=int(said["origin_partition"]),
            origin_offset=int(said["origin_offset"]),
            attempt=int(said["attempt"]),
            first_ms=int(said["first_ms"]),
            last_ms=int(said["last_ms"]),
            code=said["code"],
            reason=said.get("reason", ""),
            not_before_ms=int(said.get("not_before_ms", 0)),
            traceback=said.get("traceback", ""),
            valueless=said.get("valueless") == "1",
            left_out_bytes=int(said.get("left_out_bytes", 0)),
        )
    except (KeyError, ValueError):
        return None


def original_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """The headers as the record had them before it was put aside."""
    return [(name, content) for name, content in headers if not name.startswith(_PREFIX)]


def with_note(headers: Headers, note: PutAside) -> list[tuple[str, bytes]]:
    """A record's headers with the note; `framewell-*` headers that its sender made up are left out."""
    return [*original_headers(headers), *note.headers()]


def size_of(key: bytes, value: bytes | None, headers: Headers) -> int:
    """Bytes of a record's own content."""
    in_headers = sum(len(name) + len(content or b"") + 4 for name, content in headers)
    return len(key) + len(value or b"") + in_headers


def kept(
    key: bytes, value: bytes | None, headers: Headers, note: PutAside
) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of the record that is put aside; without its content where that is too large."""
    size = size_of(key, value, headers)
    if size <= MAX_KEPT_BYTES:
        return key, value or b"", with_note(headers, note)
    where = f"{note.origin_topic}/{note.origin_partition}@{note.origin_offset}"
    reason = f"{note.reason} (its {size} bytes are too many to be kept here: they are at {where} alone)"
    return b"", b"", replace(note, reason=reason, left_out_bytes=size).headers()


def _whole_characters(cut: bytes) -> bytes:
    """Text that was cut at a byte, without the half characters at the cut."""
    return cut.decode("utf-8", "ignore").encode()
