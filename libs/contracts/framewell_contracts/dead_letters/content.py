"""What is in a dead letter, as far as it can be told: a fact of ours, some other JSON, text, or bytes."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from framewell_contracts.dead_letters.letter import Letter
from framewell_contracts.json_events import structured

# Of bytes that say nothing to anybody, so many are shown.
SHOWN_BYTES = 256

Kind = Literal["fact", "json", "text", "bytes", "nothing"]


@dataclass(frozen=True, slots=True)
class Content:
    """`value` is JSON of the kinds `fact` (protobuf's JSON mapping) and `json`, text of `text`, hexadecimal
    digits of the first bytes of `bytes`, None of `nothing`. `size` is in bytes, of the whole."""

    kind: Kind
    value: Any
    size: int


def content(letter: Letter) -> Content:
    """The letter's payload. Never raises, whatever the bytes are."""
    value = letter.value
    if value is None:
        return Content("nothing", None, 0)
    event = letter.event()
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
    """A header's value as text where it is text, else its first bytes in hexadecimal digits."""
    if value is None:
        return ""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "0x" + value[:SHOWN_BYTES].hex()
