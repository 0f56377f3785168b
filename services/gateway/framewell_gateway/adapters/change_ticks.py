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
"""So many are named in one query."""


def marks_at(micros: int, process: str) -> Document:
    """Return the fields that say when a document changed, and which process did it."""
    tick = micros // TICK_MICROS
    return {"changed": micros, "tick": tick, "hour": tick // _TICKS_OF_HOUR, "by": process}


def changed_within(first: int, last: int) -> Query | None:
    """Return the query for what changed between two ticks, None where that would be too many to name."""
    if last - first <= _MOST:
        return {"tick": {"$in": [*range(first, last + 1)]}}
    hours = range(first // _TICKS_OF_HOUR, last // _TICKS_OF_HOUR + 1)
    return {"hour": {"$in": [*hours]}} if len(hours) <= _MOST else None
