"""Text from outside, made harmless for a terminal.

Reasons, headers and payloads are whatever a sender wrote: escape sequences that repaint the screen, marks
that turn the direction of writing, bytes that are no text at all. Here they become visible.
"""

from __future__ import annotations


def plain(text: str, *, keep: str = "") -> str:
    """The text with everything that is not printable written as an escape, but for what is in `keep`."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in keep else _escaped(one) for one in text)


def plain_json(text: str) -> str:
    """A JSON text with everything that is not printable inside its strings escaped; the same value."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else _json_escaped(one) for one in text)


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")


def _json_escaped(one: str) -> str:
    """As JSON spells it: \\uXXXX, two of them beyond the basic plane."""
    units = one.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
