"""Which records of one partition are in flight. Pure; no I/O.

What may be committed is the offset of the first unfinished record, never "where the consumer stands".
"""

from collections.abc import Sequence


class OffsetTracker:
    """The offsets of one partition, from its assignment until it is revoked.

    A record is *waiting* (read, and to be read again), *in flight* (taken, and neither finished nor given
    back) or finished. Records may finish in any order, be given back, and be read again after a seek: one
    that is finished or in flight is never taken twice. Offsets may have holes (compaction, transactions).

    Whoever gives records back has to make the consumer read from `first_waiting` again: the tracker knows
    what is missing, not where the consumer stands.
    """

    __slots__ = ("_done", "_first", "_low", "_next", "_unfinished")

    def __init__(self) -> None:
        self._unfinished: dict[int, bool] = {}  # offset → in flight
        self._done: set[int] = set()
        self._low = 0  # everything from the first record read to here is finished
        self._first: int | None = None  # the lowest offset read
        self._next = 0  # the offset after the highest one read

    def take(self, offset: int) -> bool:
        """Note a record that was read; return True when it must be handled, and is in flight from now on."""
        if offset >= self._next > 0:  # the usual case, on the path of every message
            self._next = offset + 1
            self._unfinished[offset] = True
            return True
        if not self._is_open(offset) or self._unfinished.get(offset, False):
            return False
        self._unfinished[offset] = True
        return True

    def take_all(self, offsets: Sequence[int]) -> bool:
        """Take records that were read in a row, in ascending order; return False, and take none, unless all
        of them lie behind every record read before."""
        if not offsets[0] >= self._next > 0:
            return False
        self._unfinished.update(dict.fromkeys(offsets, True))
        self._next = offsets[-1] + 1
        return True

    def leave(self, offset: int) -> None:
        """Note a record that was read and not taken: it waits, unless it is finished or in flight."""
        if self._is_open(offset):
            self._unfinished.setdefault(offset, False)

    def give_back(self, offset: int) -> None:
        """Let a record wait that is in flight. Raises KeyError when it was not taken."""
        if not self._unfinished.get(offset, False):
            raise KeyError(offset)
        self._unfinished[offset] = False

    def finish(self, offset: int) -> None:
        """Finish a record, whose facts are acknowledged. Raises KeyError when it was not taken."""
        if not self._unfinished.pop(offset, False):
            raise KeyError(offset)
        self._done.add(offset)

    def committable(self) -> int | None:
        """Return the offset of the first unfinished record; None when nothing was ever read."""
        if self._first is None:
            return None
        if self._unfinished:
            self._low = min(self._unfinished)
            self._done = {offset for offset in self._done if offset > self._low}
        else:
            self._low = self._next
            self._done.clear()
        return self._low

    def first_waiting(self) -> int | None:
        """Return the first offset that waits: the partition must be read again from it. None: none does."""
        return min((offset for offset, taken in self._unfinished.items() if not taken), default=None)

    def is_over(self, offset: int) -> bool:
        """Return True when the record and all before it are finished: nobody asked to read it again."""
        return self._first is not None and self._first <= offset < self._low

    @property
    def end(self) -> int:
        """Return the offset after the last record that was ever read; 0 at the beginning."""
        return self._next

    @property
    def unfinished(self) -> int:
        """Return how many records were read and are not finished."""
        return len(self._unfinished)

    @property
    def in_flight(self) -> int:
        """Return how many records are taken and neither finished nor given back."""
        return sum(self._unfinished.values())

    @property
    def remembered(self) -> int:
        """Return how many records it remembers: unfinished ones, and those finished behind the first."""
        return len(self._unfinished) + len(self._done)

    def _is_open(self, offset: int) -> bool:
        """Note that the offset exists; return False when its record is finished."""
        if offset >= self._next:
            if self._first is None:
                self._first = self._low = offset
            self._next = offset + 1
            return True
        if offset < self._low:
            if self._first is None or offset >= self._first:
                return False
            # Below the first one ever read: the consumer began further on than it should have, and is going
            # over it again. What lies between may be done twice, but nothing is passed over.
            self._first = self._low = offset
            return True
        return offset not in self._done
