"""Cues on the asset's clock, and WebVTT of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

MAX_CUES: Final = 50_000
"""Cues of one track at most: more than twelve hours of quick speech have."""
MAX_CUE_CHARACTERS: Final = 2000
_OPEN_SECONDS: Final = Fraction(10)
"""How long a cue without an end is shown when no other follows."""
_ASS_OVERRIDE: Final = re.compile(r"\{[^}]*\}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Cue:
    """One text and when it is shown, in seconds."""

    start: Fraction
    end: Fraction | None
    """None where it is shown until the next one."""
    text: str
    """Plain text; lines are divided by a line feed."""


class Unread(StrEnum):
    """Why nothing of a track of timed text is read."""

    PICTURES = "pictures"
    """Its texts are pictures."""
    UNKNOWN = "unknown"
    """No decoder here knows it, as of teletext."""
    DAMAGED = "damaged"
    BEYOND = "beyond"
    """There are more tracks, or more text, than an asset can have."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many texts are not shown, by reason."""

    outside: int = 0
    """Before or behind the asset."""
    mistimed: int = 0
    """Ended before they began, or had times that cannot be read."""
    beyond: int = 0
    """More than MAX_CUES."""


@dataclass(frozen=True, slots=True)
class TidyCues:
    """Cues in order of time, ended and inside the asset, and how many are not among them."""

    cues: Sequence[Cue]
    left_out: LeftOut


def tidy(cues: Sequence[Cue], length: Fraction, *, mistimed: int = 0, beyond: int = 0) -> TidyCues:
    """Return cues inside [0, `length`), at most MAX_CUES, without empty ones, which nobody misses.

    `mistimed` and `beyond` were left out already.
    """
    taken = (replace(cue, text=plain(cue.text)) for cue in cues[:MAX_CUES])
    texts = list(_ended(sorted((cue for cue in taken if cue.text), key=lambda cue: cue.start)))
    timed = [(cue, end) for cue, end in texts if cue.start < end]
    inside = [
        replace(cue, start=max(cue.start, Fraction(0)), end=min(end, length))
        for cue, end in timed
        if end > 0 and cue.start < length
    ]
    left_out = LeftOut(
        outside=len(timed) - len(inside),
        mistimed=mistimed + len(texts) - len(timed),
        beyond=beyond + max(0, len(cues) - MAX_CUES),
    )
    return TidyCues(inside, left_out)


def _ended(ordered: Sequence[Cue]) -> Iterator[tuple[Cue, Fraction]]:
    """Yield cues with their ends; one without an end lasts until another begins, _OPEN_SECONDS at most."""
    starts = sorted({cue.start for cue in ordered})
    following = dict(pairwise(starts))
    for cue in ordered:
        longest = cue.start + _OPEN_SECONDS
        yield cue, cue.end if cue.end is not None else min(following.get(cue.start, longest), longest)


def plain(text: str) -> str:
    """Return text without control characters and empty lines, at most MAX_CUE_CHARACTERS long."""
    lines = (" ".join(_CONTROL.sub(" ", line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:MAX_CUE_CHARACTERS]


def text_of_ass(event: str) -> str:
    """Return the text of an ASS event as libavcodec gives it: `ReadOrder,Layer,…,Effect,Text`."""
    text = event.split(",", 8)[-1]
    return _ASS_OVERRIDE.sub("", text).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")


def shifted(cues: Sequence[Cue], offset: Fraction) -> list[Cue]:
    """Return cues that are shown so many seconds later."""
    return [
        replace(cue, start=cue.start + offset, end=None if cue.end is None else cue.end + offset)
        for cue in cues
    ]


def webvtt(cues: Iterable[Cue]) -> str:
    """Return ended cues as a WebVTT file (W3C WebVTT 1)."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        end = cue.end if cue.end is not None else cue.start
        text = html.escape(cue.text, quote=False)
        blocks.append(f"{_timestamp(cue.start)} --> {_timestamp(end)}\n{text}\n")
    return "\n".join(blocks)


def _timestamp(seconds: Fraction) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
