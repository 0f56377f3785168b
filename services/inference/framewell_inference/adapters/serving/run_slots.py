"""Who may compute next: a bounded number of runs at once, a bounded queue a model, priorities.

Waiting costs a thread that sleeps, nothing else. A measured run on a CPU gains nothing from a queue of its
own thread, so whoever waits here also computes.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from framewell_inference.ports.calls import DEADLINE_PASSED, Call, DeadlineError, ModelBusyError, Priority

OLDEST_EVERY: Final = 8
"""Of so many grants one goes to whoever waits longest, so that no priority starves."""

_SHORTEST_RETRY: Final = 0.05
_LONGEST_RETRY: Final = 10.0


@dataclass(slots=True)
class ModelQueue:
    """How many calls wait for one model, how many may, and how long its runs take."""

    name: str
    bound: int
    waiting: int = 0
    mean_seconds: float = 0.0

    def note(self, seconds: float) -> None:
        """Take the length of a run into the mean, of which it makes an eighth."""
        self.mean_seconds += (seconds - self.mean_seconds) / 8 if self.mean_seconds else seconds


@dataclass(slots=True, eq=False)
class _Waiter:
    number: int
    queue: ModelQueue
    awake: threading.Lock
    """Held until there is something to know."""
    granted: bool = False


@dataclass(slots=True)
class RunSlots:
    """`count` runs at once; who waits is let in by priority, then by arrival. Safe from any thread."""

    count: int
    _running: int = 0
    _arrivals: int = 0
    _grants: int = 0
    _waiting: tuple[deque[_Waiter], ...] = field(default_factory=lambda: tuple(deque() for _ in Priority))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def entered(self, queue: ModelQueue, call: Call) -> Iterator[float]:
        """Wait for a slot and hold it; gives the seconds waited.

        Raises ModelBusyError over the queue's bound (patient calls wait), DeadlineError or CallEndedError
        for a call that ends while it waits.
        """
        waited = self._enter(queue, call)
        started = time.monotonic()
        try:
            yield waited
        finally:
            queue.note(time.monotonic() - started)
            self._leave()

    @property
    def running(self) -> int:
        return self._running

    def _enter(self, queue: ModelQueue, call: Call) -> float:
        call.check()
        with self._lock:
            if self._running < self.count:
                self._running += 1
                return 0.0
            if not call.patient and queue.waiting >= queue.bound:
                raise busy(queue, self.count)
            self._arrivals += 1
            waiter = _Waiter(self._arrivals, queue, threading.Lock())
            waiter.awake.acquire()
            self._waiting[call.priority].append(waiter)
            queue.waiting += 1
        started = time.monotonic()
        with call.on_end(lambda: _wake(waiter)):
            left = -1.0 if call.deadline is None else max(0.0, call.deadline - started)
            waiter.awake.acquire(timeout=left)
        with self._lock:
            if waiter.granted:
                return time.monotonic() - started
            queue.waiting -= 1
            self._waiting[call.priority].remove(waiter)
        raise call.error() or DeadlineError(DEADLINE_PASSED)

    def _leave(self) -> None:
        with self._lock:
            waiter = self._next()
            if waiter is None:
                self._running -= 1
                return
            waiter.granted = True
            waiter.queue.waiting -= 1
            _wake(waiter)

    def _next(self) -> _Waiter | None:
        lines = [line for line in self._waiting if line]
        if not lines:
            return None
        self._grants += 1
        if self._grants % OLDEST_EVERY == 0:
            return min(lines, key=lambda line: line[0].number).popleft()
        return lines[0].popleft()


def busy(queue: ModelQueue, slots: int) -> ModelBusyError:
    """Return the refusal of a run over the queue's bound, with the time until it is likely taken."""
    expected = queue.mean_seconds * (queue.waiting + 1) / slots
    retry = min(_LONGEST_RETRY, max(_SHORTEST_RETRY, expected))
    return ModelBusyError(f"{queue.waiting} requests wait for {queue.name}, no more are taken", retry)


def _wake(waiter: _Waiter) -> None:
    with suppress(RuntimeError):  # woken already
        waiter.awake.release()
