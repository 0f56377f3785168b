"""What may be held for clients at once: threads and bytes, each bounded, each kind of call on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from framewell_inference.ports.calls import ModelBusyError

RETRY_SECONDS: Final = 0.25


class BoundedPool(ThreadPoolExecutor):
    """A pool that knows when every thread has a call: more would wait unseen, so they are refused."""

    def __init__(self, name: str, threads: int) -> None:
        super().__init__(threads, thread_name_prefix=name)
        self._most, self._taken, self._counting = threads, 0, threading.Lock()

    @property
    def full(self) -> bool:
        return self._taken >= self._most

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self._counting:
            self._taken += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        with self._counting:
            self._taken -= 1


@dataclass(slots=True)
class ByteBudget:
    """How many bytes of requests may be in memory at once, from their arrival to their answer."""

    most: int
    _taken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def taken(self, count: int) -> Iterator[None]:
        """Hold so many bytes for the block. Raises ModelBusyError when there is no room."""
        with self._lock:
            if self._taken and self._taken + count > self.most:
                raise ModelBusyError(
                    "requests under way hold all the memory there is for them", RETRY_SECONDS
                )
            self._taken += count
        try:
            yield
        finally:
            with self._lock:
                self._taken -= count
