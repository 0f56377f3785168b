"""Which records of one partition are unfinished. Pure; no I/O.

What may be committed is the offset of the first unfinished record, never "where the consumer stands".
"""


class OffsetTracker:
    """One partition, from the moment it is assigned until it is lost.

    A record is *waiting* (read, and to be read again), *under way* (taken, and neither finished nor given
    back) or finished. Records may finish in any order, be given back, and be read again after a seek: one
    that is finished or under way is never taken twice. Offsets may have holes (compaction, transactions).

    Whoever gives records back has to make the consumer read from `first_waiting` again: the ledger knows
    what is missing, not where the consumer stands.
    """

    __slots__ = ("_done", "_first", "_low", "_next", "_unfinished")

    def __init__(self) -> None:
        self._unfinished: dict[int, bool] = {}  # offset → under way
        self._done: set[int] = set()
        self._low = 0  # everything from the first record read to here is finished
        self._first: int | None = None  # the lowest offset read
        self._next = 0  # the offset after the highest one read

    def take(self, offset: int) -> bool:
        """Note a record that was read; True when it is to be done, and under way from now on."""
        if offset >= self._next > 0:  # the usual case, on the path of every message
            self._next = offset + 1
            self._unfinished[offset] = True
            return True
        if not self._is_open(offset) or self._unfinished.get(offset, False):
            return False
        self._unfinished[offset] = True
        return True

    def leave(self, offset: int) -> None:
        """Note a record that was read and not taken: it waits, unless it is finished or under way."""
        if self._is_open(offset):
            self._unfinished.setdefault(offset, False)

    def give_back(self, offset: int) -> None:
        """The record is no longer under way, and not finished; KeyError when it was not taken."""
        if not self._unfinished.get(offset, False):
            raise KeyError(offset)
        self._unfinished[offset] = False

    def finish(self, offset: int) -> None:
        """The record's effects are in place and its facts acknowledged; KeyError when it was not taken."""
        if not self._unfinished.pop(offset, False):
            raise KeyError(offset)
        self._done.add(offset)

    def committable(self) -> int | None:
        """The offset to commit: of the first unfinished record. None when nothing was ever read."""
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
        """The first record that was read and that nobody is at: from here the partition is read again."""
        return min((offset for offset, under_way in self._unfinished.items() if not under_way), default=None)

    def is_over(self, offset: int) -> bool:
        """True when everything up to this offset is finished: nobody has asked to read it again."""
        return self._first is not None and self._first <= offset < self._low

    @property
    def end(self) -> int:
        """The offset after the last record that was ever read; 0 at the beginning."""
        return self._next

    @property
    def unfinished(self) -> int:
        """How many records were read and are not finished."""
        return len(self._unfinished)

    @property
    def under_way(self) -> int:
        """How many records are being worked on."""
        return sum(self._unfinished.values())

    @property
    def remembered(self) -> int:
        """How many records it keeps in mind: the unfinished, and those finished behind the first of them."""
        return len(self._unfinished) + len(self._done)

    def _is_open(self, offset: int) -> bool:
        """Note that the offset exists; False when its record is finished."""
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
