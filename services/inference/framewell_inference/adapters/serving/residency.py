"""Which models are in memory: bounded, the least recently used one leaves first and comes back by itself.

Processes of models' own end, too, when nobody used them for some minutes.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from framewell_inference.adapters.serving.engines import Engine
from framewell_inference.domain.tensors import Tensors

IDLE_SECONDS: Final = 300.0
"""How long the processes of a model that nobody runs are kept."""


@dataclass(slots=True, eq=False)
class Resident:
    """A model that may leave memory. `open` loads it again, `size` is what its files take, in bytes."""

    open: Callable[[], Engine]
    size: int
    apart: bool = False
    """Whether it runs in processes of its own."""
    engine: Engine | None = None
    users: int = 0
    held: int = 0
    """What it holds in memory, in bytes: measured after each run, at least `size`; 0 while it is away."""
    provider: str = ""
    fallback: str = ""
    tensors: Tensors = field(default_factory=lambda: Tensors((), (), {}))
    """As its engine had them, the last time that it was loaded; before, as its maker knows them."""
    used_at: float = 0.0
    """When its last use ended, on the monotonic clock."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is loaded, so that two first runs load it once."""


@dataclass(slots=True)
class Residency:
    """Keeps loaded models below `bound` bytes, and ends idle processes, as far as they are not being run."""

    bound: int
    idle_seconds: float = IDLE_SECONDS
    _loaded: OrderedDict[Hashable, Resident] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _timer: threading.Timer | None = None

    @contextmanager
    def held(self, one: Resident) -> Iterator[Engine]:
        """Keep a model in memory for the block, loading it first where it has left."""
        with self._lock:
            one.users += 1
        engine: Engine | None = None
        try:
            engine = self._engine(one)
            yield engine
        finally:
            held = 0 if engine is None else max(one.size, engine.runner.held_bytes)
            with self._lock:
                one.users -= 1
                one.used_at = time.monotonic()
                one.held = held if one.engine is not None else 0
                leaving = self._over()
                self._look_later()
            _close(leaving)

    def drop(self, one: Resident) -> None:
        """Let go of a model for good; runs under way finish."""
        with self._lock:
            leaving = self._take_out(one)
        _close(leaving)

    @property
    def size(self) -> int:
        """Return how many bytes the loaded models hold, as measured after their last run."""
        with self._lock:
            return sum(one.held for one in self._loaded.values())

    @property
    def apart(self) -> int:
        """Return how many of them are held by processes of the models' own."""
        with self._lock:
            return sum(one.held for one in self._loaded.values() if one.apart)

    def _engine(self, one: Resident) -> Engine:
        with self._lock:
            if one.engine is not None:
                self._loaded.move_to_end(id(one))
                return one.engine
        with one.lock:
            engine = one.engine
            if engine is None:
                engine = one.open()
                with self._lock:
                    one.engine, one.held = engine, one.size
                    one.provider, one.fallback = engine.runner.provider, engine.runner.fallback
                    one.tensors = engine.runner.tensors
                    self._loaded[id(one)] = one
        return engine

    def _over(self) -> list[Engine]:
        """Take out what has to leave, to be closed outside the lock."""
        total, leaving = sum(one.held for one in self._loaded.values()), list[Engine]()
        for one in list(self._loaded.values()):
            if total <= self.bound:
                break
            if one.users == 0:
                total -= one.held
                leaving += self._take_out(one)
        return leaving

    def _take_out(self, one: Resident) -> list[Engine]:
        self._loaded.pop(id(one), None)
        engine, one.engine, one.held = one.engine, None, 0
        return [] if engine is None else [engine]

    def _look_later(self) -> None:
        """Have idle processes ended when the first of them is due; with the lock held."""
        now = time.monotonic()
        used = [now if one.users else one.used_at for one in self._loaded.values() if one.apart]
        if used and self._timer is None:
            self._timer = threading.Timer(min(used) + self.idle_seconds - now, self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._lock:
            self._timer, leaving, since = None, list[Engine](), time.monotonic() - self.idle_seconds
            for one in list(self._loaded.values()):
                if one.apart and one.users == 0 and one.used_at <= since:
                    leaving += self._take_out(one)
            self._look_later()
        _close(leaving)


def _close(engines: list[Engine]) -> None:
    for engine in engines:
        engine.close()
