"""Lets libraries say the same thing once in a while: a broker outage makes sixty lines a second."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

REPEAT_AFTER_SECONDS = 10.0
# More texts than that are not kept apart: a library that puts numbers into its texts must not fill memory.
MOST_TEXTS = 200
_SUMMARY = "a library said the same again and again"


@dataclass(slots=True)
class _Heard:
    record: logging.LogRecord
    first: float
    swallowed: int = 0


class Repeats:
    """Which records of the loggers that it `concerns` are let through, and what became of the others.

    A text (before its variables are filled in) is let through once in ten seconds. What was swallowed is
    told as `repeats` with the next line of the same text, or by a line of its own as soon as anything else
    is logged after those seconds.
    """

    def __init__(self, concerns: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._concerns, self._clock = concerns, clock
        self._heard: dict[tuple[str, str], _Heard] = {}

    def admitted(self, record: logging.LogRecord) -> Iterator[logging.LogRecord]:
        """What is to be logged now: summaries that are due, and the record unless it is a repetition."""
        now = self._clock()
        key = self._key(record) if self._concerns(record.name) else None
        if self._heard:
            yield from self._due(now, but=key)
        if key is not None:
            known = self._heard.get(key)
            if known is not None and now - known.first < REPEAT_AFTER_SECONDS:
                known.swallowed += 1
                return
            if known is not None and known.swallowed:
                record.repeats = known.swallowed
            self._heard[key] = _Heard(record, now)
        yield record

    def _key(self, record: logging.LogRecord) -> tuple[str, str]:
        key = (record.name, str(record.msg)[:80])
        return key if key in self._heard or len(self._heard) < MOST_TEXTS else (record.name, "")

    def _due(self, now: float, *, but: tuple[str, str] | None) -> Iterator[logging.LogRecord]:
        """A line for every text that has been silent since its time was over; it is forgotten then."""
        over = [
            key
            for key, heard in self._heard.items()
            if key != but and now - heard.first >= REPEAT_AFTER_SECONDS
        ]
        for key in over:
            heard = self._heard.pop(key)
            if heard.swallowed:
                yield _summary(heard)


def _summary(heard: _Heard) -> logging.LogRecord:
    said = heard.record
    line = logging.LogRecord(said.name, said.levelno, said.pathname, said.lineno, _SUMMARY, (), None)
    line.repeats = heard.swallowed
    line.said = str(said.msg)[:200]
    return line
