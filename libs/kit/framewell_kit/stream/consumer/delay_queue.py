"""Records that came back through the retry topic before their time, kept until it has come.

Considered and not taken: reading the retry topic strictly in order (a record that is due late holds back
one that is due soon), one retry topic for every delay (a handler chooses its own), and writing early
records back to the end of the topic (turns the topic over as fast as the broker allows). The read-ahead is
bounded; past it the partition waits for the record that is due first, half a minute at most.
"""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord
from framewell_kit.stream.timing import StreamLimits


class DelayQueue:
    """Calls `due` with every record when its time has come, by the clock of the event loop."""

    def __init__(self, due: Callable[[ConsumedRecord], None], limits: StreamLimits) -> None:
        self._due, self._limits = due, limits
        self._waiting: list[tuple[float, int, ConsumedRecord]] = []
        self._order = count()
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Return whether no more records may be read ahead of their time."""
        return len(self._waiting) >= self._limits.delayed or self._bytes >= self._limits.delayed_bytes

    @property
    def seconds_to_next(self) -> float:
        """Return the seconds until the first record is due; 0 when there is none."""
        if not self._waiting:
            return 0.0
        return max(self._waiting[0][0] - asyncio.get_running_loop().time(), 0.0)

    def add(self, record: ConsumedRecord, seconds: float) -> None:
        """Keep a record for so many seconds."""
        due = asyncio.get_running_loop().time() + seconds
        heapq.heappush(self._waiting, (due, next(self._order), record))
        self._bytes += len(record.value or b"")
        self._set_timer()

    def give_back(self, assigned: AssignedPartition | None = None) -> None:
        """Give back the records of a partition, or all of them."""
        kept = []
        for entry in self._waiting:
            if assigned is None or entry[2].assigned is assigned:
                entry[2].give_back()
                self._bytes -= len(entry[2].value or b"")
            else:
                kept.append(entry)
        heapq.heapify(kept)
        self._waiting = kept
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_at(self._waiting[0][0], self._deliver_due)

    def _deliver_due(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0][0] <= now + 0.001:
            record = heapq.heappop(self._waiting)[2]
            self._bytes -= len(record.value or b"")
            self._due(record)
        self._set_timer()
