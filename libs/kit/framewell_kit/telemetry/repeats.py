"""Throttles the same line of a library: a broker outage makes sixty of them a second."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

REPEAT_AFTER_SECONDS = 10.0
# More texts than that are not kept apart: a library that puts numbers into its texts must not fill memory.
MOST_TEXTS = 200
_SUMMARY = "a library logged the same again and again"


@dataclass(slots=True)
class _Seen:
    record: logging.LogRecord
    first: float
    dropped: int = 0


class RepeatFilter:
    """Lets a record of the loggers that it `concerns` through once in ten seconds, and counts the others.

    Records are the same when their texts are, before variables are filled in. What was dropped is counted in
    the field `repeats` of the next line of the same text, or of a line of its own as soon as anything else is
    logged after those seconds.
    """

    def __init__(self, concerns: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._concerns, self._clock = concerns, clock
        self._seen: dict[tuple[str, str], _Seen] = {}

    def admitted(self, record: logging.LogRecord) -> Iterator[logging.LogRecord]:
        """Yield what is logged now: summaries that are due, and the record unless it is a repetition."""
        now = self._clock()
        key = self._key(record) if self._concerns(record.name) else None
        if self._seen:
            yield from self._due(now, but=key)
        if key is not None:
            known = self._seen.get(key)
            if known is not None and now - known.first < REPEAT_AFTER_SECONDS:
                known.dropped += 1
                return
            if known is not None and known.dropped:
                record.repeats = known.dropped
            self._seen[key] = _Seen(record, now)
        yield record

    def _key(self, record: logging.LogRecord) -> tuple[str, str]:
        key = (record.name, str(record.msg)[:80])
        return key if key in self._seen or len(self._seen) < MOST_TEXTS else (record.name, "")

    def _due(self, now: float, *, but: tuple[str, str] | None) -> Iterator[logging.LogRecord]:
        """Yield a line for every text that has been silent since its time was over, and forget it."""
        over = [
            key for key, seen in self._seen.items() if key != but and now - seen.first >= REPEAT_AFTER_SECONDS
        ]
        for key in over:
            seen = self._seen.pop(key)
            if seen.dropped:
                yield _summary(seen)


def _summary(seen: _Seen) -> logging.LogRecord:
    record = seen.record
    line = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, _SUMMARY, (), None)
    line.repeats = seen.dropped
    line.text = str(record.msg)[:200]
    return line
