"""Text from outside, made harmless for a terminal and for whoever reads over a shoulder.

Reasons, headers and payloads are whatever a sender wrote: escape sequences that repaint the screen, marks
that turn the direction of writing, bytes that are no text at all. Here they become visible. The passwords
and signatures of addresses are not shown: an event in its topic or a dead letter may still hold one.
"""

from __future__ import annotations

import re
from typing import Final

from framewell_contracts.media_addresses import redacted_text

# Controls, among them those that begin an escape sequence; marks that turn the direction of writing; half
# characters, such as a file name's bytes that are no UTF-8. What writing needs (tabs, joiners, no-break
# spaces) stays.
_WORKS_ON_A_TERMINAL: Final = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def harmless(text: str) -> str:
    """Return text for people, lines kept: what would act on a terminal is written as an escape."""
    return "\n".join(_WORKS_ON_A_TERMINAL.sub(_matched, line) for line in redacted_text(text).splitlines())


def one_line(text: str) -> str:
    """Return the same in one line: a title, a cell of a table."""
    return harmless(" ".join(text.splitlines()))


def plain(text: str, *, keep: str = "") -> str:
    """Return the text with everything that is not printable, except `keep`, written as an escape."""
    text = redacted_text(text)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in keep else _escaped(one) for one in text)


def plain_json(text: str) -> str:
    """Return JSON text with everything that is not printable in its strings escaped; else the same value."""
    text = redacted_text(text)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else _json_escaped(one) for one in text)


def _matched(found: re.Match[str]) -> str:
    return _escaped(found[0])


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")


def _json_escaped(one: str) -> str:
    """Return it as JSON spells it: \\uXXXX, two of them beyond the basic plane."""
    units = one.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
