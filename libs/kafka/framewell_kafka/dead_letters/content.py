"""The payload of a dead letter, as far as it can be shown: a fact, some other JSON, text, or bytes."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from framewell_contracts.json_events import structured
from framewell_kafka.dead_letters.dead_letter import DeadLetter

# Of bytes that are no text, so many are shown.
SHOWN_BYTES = 256

Kind = Literal["fact", "json", "text", "bytes", "nothing"]


@dataclass(frozen=True, slots=True)
class Content:
    """A payload: `size` in bytes is that of the whole.

    `value` is JSON for the kinds `fact` (in the JSON mapping of its message) and `json`, a string for `text`,
    the first bytes in hexadecimal digits for `bytes`, None for `nothing`.
    """

    kind: Kind
    value: Any
    size: int


def content(dead_letter: DeadLetter) -> Content:
    """Return the payload. Never raises, whatever the bytes are."""
    value = dead_letter.value
    if value is None:
        return Content("nothing", None, 0)
    event = dead_letter.event()
    if event is not None:
        return Content("fact", structured(event)["data"], len(value))
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return Content("bytes", value[:SHOWN_BYTES].hex(), len(value))
    try:
        return Content("json", json.loads(text), len(value))
    except (ValueError, RecursionError):
        return Content("text", text, len(value))


def header(value: bytes | None) -> str:
    """Return a header's value as text where it is text, else its first bytes in hexadecimal digits."""
    if value is None:
        return ""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "0x" + value[:SHOWN_BYTES].hex()
