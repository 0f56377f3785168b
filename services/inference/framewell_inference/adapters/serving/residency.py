"""Which models are in memory: bounded, the least recently used one leaves first and comes back by itself."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from framewell_inference.adapters.serving.engines import Engine


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
    """As its engine had them, the last time that it was loaded."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is loaded, so that two first runs load it once."""


@dataclass(slots=True)
class Residency:
    """Keeps loaded models below `bound` bytes, as far as they are not being run."""

    bound: int
    _loaded: OrderedDict[Hashable, Resident] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

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
                one.held = held if one.engine is not None else 0
                leaving = self._over()
            _close(leaving)

    def drop(self, one: Resident) -> None:
        """Let go of a model for good; runs under way finish."""
        with self._lock:
            self._loaded.pop(id(one), None)
            engine, one.engine, one.held = one.engine, None, 0
        _close([engine] if engine else [])

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
                    self._loaded[id(one)] = one
        return engine

    def _over(self) -> list[Engine]:
        """Take out what has to leave, to be closed outside the lock."""
        total, leaving = sum(one.held for one in self._loaded.values()), []
        for key, one in list(self._loaded.items()):
            if total <= self.bound:
                break
            if one.users == 0 and one.engine is not None:
                del self._loaded[key]
                total -= one.held
                leaving.append(one.engine)
                one.engine, one.held = None, 0
        return leaving


def _close(engines: list[Engine]) -> None:
    for engine in engines:
        engine.close()
