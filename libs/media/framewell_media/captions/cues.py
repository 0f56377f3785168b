"""Cues on the asset's clock, and WebVTT of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise
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


def tidy(cues: Iterable[Cue], length: Fraction) -> list[Cue]:
    """Return cues in order of time, ended, inside [0, `length`), without empty ones; at most MAX_CUES."""
    taken = (replace(cue, text=plain(cue.text)) for cue in islice(cues, MAX_CUES))
    ordered = sorted((cue for cue in taken if cue.text), key=lambda cue: cue.start)
    ended = [
        cue if cue.end is not None else replace(cue, end=min(after.start, cue.start + _OPEN_SECONDS))
        for cue, after in pairwise([*ordered, Cue(length, length, "")])
    ]
    clipped = [
        replace(cue, start=max(cue.start, Fraction(0)), end=min(cue.end or length, length)) for cue in ended
    ]
    return [cue for cue in clipped if cue.end is not None and cue.start < cue.end]


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
