"""How old the oldest record of a partition is that is not handled, from one note a poll. Pure; no I/O."""

from collections import deque


class RecordAges:
    """The time stamps of one partition: of the first record of every poll that is not handled altogether.

    The answer is at most the age of a whole poll too high, and costs nothing per record.
    """

    __slots__ = ("_behind_since_ms", "_polls")

    def __init__(self) -> None:
        self._polls: deque[tuple[int, int]] = deque()
        self._behind_since_ms: int | None = None

    def polled(self, offset: int, timestamp_ms: int) -> None:
        """Note that a poll began with this record, written then (ms since 1970)."""
        while self._polls and self._polls[-1][0] >= offset:
            self._polls.pop()  # read again
        self._polls.append((offset, timestamp_ms))

    def oldest_ms(self, first_open: int, end: int, now_ms: int) -> int | None:
        """Return when the oldest unhandled record was written; None when all before `end` are handled.

        `first_open` is the offset of the first unfinished record. What was never read has no known time: it
        counts from the moment it was first missed.
        """
        while len(self._polls) > 1 and self._polls[1][0] <= first_open:
            self._polls.popleft()
        if first_open >= end:
            self._behind_since_ms = None
            return None
        if self._polls and self._polls[0][0] <= first_open:
            return self._polls[0][1]
        if self._behind_since_ms is None:
            self._behind_since_ms = now_ms
        return self._behind_since_ms
