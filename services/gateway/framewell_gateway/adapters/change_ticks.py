"""When a document changed, in words that a database without indexes over ranges can look up.

A `tick` is five seconds, an `hour` is 720 of them. Whoever keeps a copy in memory looks for the ticks since
it looked last, for hours where those would be too many to name, and reads everything where hours would be.
"""

from typing import Final

from framewell_kit.documents.protocol import Document, Query

TICK_MICROS: Final = 5_000_000
LOOK_BACK_TICKS: Final = 2
"""A change of another process may become visible so long after its time, whose clock may differ."""
_TICKS_OF_HOUR: Final = 720
_MOST: Final = 500
"""So many are asked for by name."""
_AT_ONCE: Final = 24
"""Ticks of one query: two minutes."""


def marks_at(micros: int, process: str) -> Document:
    """Return the fields that say when a document changed, and which process did it."""
    tick = micros // TICK_MICROS
    return {"changed": micros, "tick": tick, "hour": tick // _TICKS_OF_HOUR, "by": process}


def changed_within(first: int, last: int) -> list[tuple[Query, int]] | None:
    """Return queries for what changed between two ticks, in order, each with the tick up to which it goes.

    Several small ones: whoever is kept from the last has not read the first in vain. None where they would be
    too many to name.
    """
    if last - first <= _MOST:
        begins = range(first, last + 1, _AT_ONCE)
        ends = [min(begin + _AT_ONCE - 1, last) for begin in begins]
        return [
            ({"tick": {"$in": [*range(begin, end + 1)]}}, end)
            for begin, end in zip(begins, ends, strict=True)
        ]
    hours = range(first // _TICKS_OF_HOUR, last // _TICKS_OF_HOUR + 1)
    if len(hours) > _MOST:
        return None
    return [({"hour": hour}, (hour + 1) * _TICKS_OF_HOUR - 1) for hour in hours]
