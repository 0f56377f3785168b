"""The task of one contestant, and its timing when it is done: JSON across the border of its process."""

import json
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """Handle `messages` events of the topic `reads` as `group`, answer each into `writes`, commit, end."""

    kafka: str
    prefix: str
    reads: str
    writes: str
    group: str
    messages: int
    otlp: str

    @classmethod
    def parse(cls, text: str) -> "Task":
        """From `dump`."""
        return cls(**json.loads(text))

    def dump(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Timing:
    """One run: `seconds` of wall time and `cpu_seconds` of its process (all threads) for `messages`."""

    messages: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU a message."""
        return self.cpu_seconds / self.messages * 1e6


class Stopwatch:
    """From the first event read to the last commit; joining a group, before that, is left out."""

    def __init__(self) -> None:
        self._wall = self._cpu = 0.0

    def begin(self) -> None:
        """The first events are here; later calls change nothing."""
        if not self._wall:
            self._wall, self._cpu = time.perf_counter(), time.process_time()

    def timing(self, messages: int) -> Timing:
        """Everything is acknowledged and committed."""
        return Timing(messages, time.perf_counter() - self._wall, time.process_time() - self._cpu)
