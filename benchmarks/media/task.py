"""What a contestant is given, and what it answers."""

import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """A clip with its number of pictures, a folder for what is made, and the preset of the encoder."""

    clip: str
    pictures: int
    folder: str
    preset: str = "superfast"

    def dump(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Task":
        """Return what `dump` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Timing:
    """One run. `units` are pictures, or bytes where the file is only read."""

    units: int
    seconds: float
    cpu_seconds: float
    made_bytes: int = 0
    """Length of the proxy, where there is one."""

    @property
    def rate(self) -> float:
        """Return units a second."""
        return self.units / self.seconds

    @property
    def cpu_us(self) -> float:
        """Return microseconds of CPU a unit."""
        return self.cpu_seconds / self.units * 1e6


def timed(work: Callable[[], tuple[int, int]]) -> Timing:
    """Return how long work takes, its child processes with it; it returns its units and the bytes it made."""
    before, began = _cpu_seconds(), time.monotonic()
    units, made = work()
    seconds = time.monotonic() - began
    return Timing(units, seconds, _cpu_seconds() - before, made)


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
