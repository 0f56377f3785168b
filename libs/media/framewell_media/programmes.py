"""The programmes of a transport stream, which PyAV shows in libavformat's description alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import av.logging

_PROGRAMME: Final = re.compile(r"^  Program (\d+) ")
_STREAM: Final = re.compile(r"^  Stream #0:(\d+)")
"""Both begin a line; what the file itself says is set in further, each of its lines behind a colon."""


def programme_numbers(container: Any) -> Mapping[int, int]:
    """Return the number of the programme of every stream that belongs to one, by index of the stream."""
    numbers: dict[int, int] = {}
    number: int | None = None
    for line in _described(container).splitlines():
        if found := _PROGRAMME.match(line):
            number = int(found[1])
        elif (found := _STREAM.match(line)) and number is not None:
            numbers.setdefault(int(found[1]), number)
        elif line.startswith("  No Program"):
            number = None
    return numbers


def _described(container: Any) -> str:
    """Return libavformat's description, which it logs: the level must let that pass."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        return str(container.dumps_format())
    finally:
        av.logging.set_level(level)
