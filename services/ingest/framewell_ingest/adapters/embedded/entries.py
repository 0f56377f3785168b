"""Findings as a sandboxed child answers them, bounded: what is too much to read is said, never left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LONGEST_TEXT: Final = 7_500
MOST_ENTRIES: Final = 200
MOST_SIGNS: Final = 200_000

Entry = dict[str, str]
"""A finding as a child answers it: `origin`, `found_at`, `property`, `text`."""


def entry(origin: str, found_at: str, meaning: str, text: str) -> Entry:
    """Return a finding; one whose text is too long to be read as a whole is unreadable."""
    if len(text) > LONGEST_TEXT:
        return unreadable(
            origin, found_at, f"has {len(text)} characters, of which nobody read more: {text[:200]}"
        )
    return {"origin": origin, "found_at": found_at, "property": meaning, "text": text}


def unreadable(origin: str, found_at: str, why: str) -> Entry:
    """Return the finding that something stands there and could not be read, which withholds."""
    return {"origin": origin, "found_at": found_at, "property": "unreadable", "text": f"[{found_at} {why}]"}


def distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries once each, and no more than an answer holds; one more says that there were more."""
    kept: dict[tuple[str, str, str], Entry] = {}
    signs = 0
    for one in entries:
        key = (one["found_at"], one["property"], one["text"])
        if key in kept:
            continue
        signs += len(one["text"])
        if len(kept) >= MOST_ENTRIES or signs > MOST_SIGNS:
            return [
                *kept.values(),
                unreadable(one["origin"], "the file", "says more about rights than is read"),
            ]
        kept[key] = one
    return list(kept.values())


def text_of(value: object) -> str:
    """Return a property's value as one line of text: bytes are UTF-8, or else Windows' Latin."""
    if isinstance(value, (list, tuple)):
        return " ".join(filter(None, map(text_of, value)))
    text = decoded(value) if isinstance(value, bytes) else str(value or "")
    return " ".join(text.replace("\0", " ").split())


def decoded(value: bytes) -> str:
    """Return text whose encoding nobody names."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if value.startswith(mark):
            return value[2:].decode(encoding, "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
