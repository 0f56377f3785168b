"""Which records of one partition are unfinished. Pure; no I/O.

What may be committed is the offset of the first unfinished record, never "where the consumer stands".
"""


class OffsetLedger:
    """One partition, from the moment it is assigned until it is lost.

    Offsets may have holes (compaction, transactions). Records may finish in any order, be given back
    unfinished, and be read again after a seek: what is finished or under way is not started twice.
    """

    __slots__ = ("_done", "_low", "_next", "_unfinished")

    def __init__(self) -> None:
        self._unfinished: dict[int, bool] = {}  # offset → under way
        self._done: set[int] = set()
        self._low = 0  # everything below is finished
        self._next: int | None = None  # the offset after the highest one seen

    def see(self, offset: int) -> bool:
        """Note a record that was read; True when it is still to be done (and nobody is at it)."""
        if offset < self._low or offset in self._done:
            return False
        if self._next is None or offset >= self._next:
            self._next = offset + 1
        return not self._unfinished.setdefault(offset, False)

    def begin(self, offset: int) -> None:
        """The record is under way."""
        self._unfinished[offset] = True

    def give_back(self, offset: int) -> None:
        """The record is no longer under way, and not finished."""
        self._unfinished[offset] = False

    def finish(self, offset: int) -> None:
        """The record's effects are in place and its facts acknowledged."""
        del self._unfinished[offset]
        self._done.add(offset)

    def committable(self) -> int | None:
        """The offset to commit: of the first unfinished record. None when nothing was ever read."""
        if self._unfinished:
            self._low = min(self._unfinished)
            self._done = {offset for offset in self._done if offset > self._low}
        elif self._next is not None:
            self._low = self._next
            self._done.clear()
        return None if self._next is None else self._low

    @property
    def unfinished(self) -> int:
        """How many records were read and are not finished."""
        return len(self._unfinished)

    @property
    def under_way(self) -> int:
        """How many records are being worked on."""
        return sum(self._unfinished.values())
