"""The headers of a record in a group's retry topic, or in its dead-letter topic.

Both keep the record's key, value and headers untouched and add `framewell-*` headers that say where it came
from and what happened, so that a replay is the original again. The exception is a record that was small only
because its sender compressed it: what is larger than a dead letter may be is left out of it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from framewell_contracts.sentences import kept_wording, say, worded_as_kept
from framewell_contracts.topics import MAX_DEAD_LETTER_BYTES

_PREFIX = "framewell-"
# A traceback longer than this says nothing more; its end, which names the error, is kept.
MAX_TRACEBACK_BYTES = 8 << 10
MAX_REASON_BYTES = 2 << 10
# What a longer sentence was made of is left out: then it is shown as it is.
MAX_WORDING_BYTES = 4 << 10
# What is left of a dead letter for the record itself, after these headers and Kafka's own overhead.
MAX_KEPT_BYTES = MAX_DEAD_LETTER_BYTES - (16 << 10)

Headers = Iterable[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class RetryHeaders:
    """Why a group could not handle a record, and where that record came from.

    Times are milliseconds since 1970. `attempt` counts the attempts made so far, `not_before_ms` is when the
    next one is due (0 in a dead letter). `code` is a stable word, `reason` a sentence, with what it was
    made of. `valueless` is true of a record that had no value at all, which Kafka tells apart from an empty
    one. `left_out_bytes` is the size of a record whose key, value and headers could not be kept, else 0.
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
        """Return how long to wait for the next attempt; 0 or less when it is due.

        Never longer than the delay that was written, however far the clocks differ.
        """
        delay = (self.not_before_ms - self.last_ms) / 1000
        return min(self.not_before_ms / 1000 - now.timestamp(), delay)

    def headers(self) -> list[tuple[str, bytes]]:
        """Return them as record headers."""
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
        named.append(("wording", _written(self.reason)))
        return [(_PREFIX + name.replace("_", "-"), content) for name, content in named if content]


def read(headers: Headers) -> RetryHeaders | None:
    """Return the retry headers of a record; None when it has none, or they are damaged."""
    found = {
        name.removeprefix(_PREFIX).replace("-", "_"): content.decode("utf-8", "replace")
        for name, content in headers
        if name.startswith(_PREFIX) and content is not None
    }
    try:
        return RetryHeaders(
            group=found["group"],
            origin_topic=found["origin_topic"],
            origin_partition=int(found["origin_partition"]),
            origin_offset=int(found["origin_offset"]),
            attempt=int(found["attempt"]),
            first_ms=int(found["first_ms"]),
            last_ms=int(found["last_ms"]),
            code=found["code"],
            reason=worded_as_kept(found.get("reason", ""), _made_of(found.get("wording", ""))),
            not_before_ms=int(found.get("not_before_ms", 0)),
            traceback=found.get("traceback", ""),
            valueless=found.get("valueless") == "1",
            left_out_bytes=int(found.get("left_out_bytes", 0)),
        )
    except (KeyError, ValueError):
        return None


def original_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """Return the headers without retry headers, as the record had them first."""
    return [(name, content) for name, content in headers if not name.startswith(_PREFIX)]


def with_retry_headers(headers: Headers, retry: RetryHeaders) -> list[tuple[str, bytes]]:
    """Return a record's headers with these; `framewell-*` headers that its sender made up are dropped."""
    return [*original_headers(headers), *retry.headers()]


def record_size(key: bytes, value: bytes | None, headers: Headers) -> int:
    """Return the bytes of a record's own content."""
    in_headers = sum(len(name) + len(content or b"") + 4 for name, content in headers)
    return len(key) + len(value or b"") + in_headers


def parked(
    key: bytes, value: bytes | None, headers: Headers, retry: RetryHeaders
) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Return key, value and headers for the retry or dead-letter topic, without content that is too large."""
    size = record_size(key, value, headers)
    if size <= MAX_KEPT_BYTES:
        return key, value or b"", with_retry_headers(headers, retry)
    where = f"{retry.origin_topic}/{retry.origin_partition}@{retry.origin_offset}"
    reason = say(
        "left_out",
        "{why} (its {size} bytes are too many to be kept here: they are at {place} alone)",
        why=retry.reason,
        size=size,
        place=where,
    )
    return b"", b"", replace(retry, reason=reason, left_out_bytes=size).headers()


def _written(sentence: str) -> bytes:
    """Return what a sentence was made of as JSON; nothing for a plain text, and where it is too long."""
    made_of = kept_wording(sentence)
    written = json.dumps(made_of, ensure_ascii=False).encode("utf-8", "replace")
    return written if made_of and len(written) <= MAX_WORDING_BYTES else b""


def _made_of(written: str) -> Any:
    """Return what a header says that the sentence was made of; None where it is no JSON."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None


def _whole_characters(cut: bytes) -> bytes:
    """Drop the half characters where text was cut at a byte."""
    return cut.decode("utf-8", "ignore").encode()
