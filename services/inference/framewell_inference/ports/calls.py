"""Who runs a model, how urgently, until when, and how a run can end.

A call travels as a context variable, so that an analyser which only knows `model.run(inputs)` runs at the
priority and within the deadline of whoever asked for it, also through `asyncio.to_thread`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from framewell_contracts.sentences import Sentence, say
from framewell_inference.domain.pictures import Array


class Priority(IntEnum):
    """Which of two waiting runs comes first: the lower one."""

    LIVE = 0
    ARCHIVE = 1
    BATCH = 2


DEADLINE_PASSED: Final = say("run.deadline", "the caller's deadline has passed")


class RunEndedError(Exception):
    """A run that was ended, or dropped before it began; `reason` says by what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TimeLimitError(RunEndedError):
    """The run took longer than the model's manifest allows."""


class DeadlineError(RunEndedError):
    """The caller's deadline passed."""


class CallEndedError(RunEndedError):
    """The caller has gone."""


def slow_elsewhere(model: object, seconds: float) -> Sentence:
    """Return that a model on another machine took too long."""
    return say(
        "run.slow_elsewhere",
        "{model} took longer than {seconds} s elsewhere",
        model=model,
        seconds=f"{seconds:g}",
    )


class ModelBusyError(Exception):
    """The model's queue is full. `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RunFailedError(Exception):
    """The runtime failed on inputs that fit; the message holds no path and no trace."""


@dataclass(slots=True, eq=False)
class Call:
    """One caller's claim on models. Safe to use and to end from any thread.

    `deadline` is a time of `time.monotonic()`. A call that is not patient is refused when the model's queue
    is full; stream stages are patient, since their number is bounded elsewhere.
    """

    priority: Priority = Priority.ARCHIVE
    deadline: float | None = None
    patient: bool = True
    _reason: str | None = None
    _hooks: list[Callable[[], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def end(self, reason: str) -> None:
        """Drop what waits and end what runs on behalf of this call. Does nothing the second time."""
        with self._lock:
            if self._reason is not None:
                return
            self._reason = reason
            hooks = list(self._hooks)
        for hook in hooks:
            hook()

    def error(self) -> RunEndedError | None:
        """Return why nothing may run for this call any more; None while it may."""
        if self._reason is not None:
            return CallEndedError(self._reason)
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return DeadlineError(DEADLINE_PASSED)
        return None

    def check(self) -> None:
        """Raise CallEndedError or DeadlineError when nothing may run for this call any more."""
        error = self.error()
        if error is not None:
            raise error

    @contextmanager
    def on_end(self, hook: Callable[[], None]) -> Iterator[None]:
        """Call `hook` if the call is ended inside the block; at once when it has been ended before."""
        with self._lock:
            ended = self._reason is not None
            if not ended:
                self._hooks.append(hook)
        if ended:
            hook()
        try:
            yield
        finally:
            with self._lock:
                if hook in self._hooks:
                    self._hooks.remove(hook)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave, and where its time went, in seconds."""

    outputs: Mapping[str, Array]
    queue_seconds: float
    compute_seconds: float


@dataclass(frozen=True, slots=True)
class Duration:
    """How often something happened, and how long it took together."""

    count: int = 0
    seconds: float = 0.0

    def plus(self, seconds: float) -> Duration:
        return Duration(self.count + 1, self.seconds + seconds)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Runs of one model since its load. `rows` counts what was run, `last` is a time of the wall clock."""

    succeeded: Duration = Duration()
    failed: Duration = Duration()
    queued: Duration = Duration()
    computed: Duration = Duration()
    rows: int = 0
    last: float = 0.0


_current: ContextVar[Call | None] = ContextVar("framewell_inference_call", default=None)


def current_call() -> Call:
    """Return the call in whose context this is; a patient one of archive priority where none was set."""
    return _current.get() or Call()


@contextmanager
def calling(call: Call) -> Iterator[Call]:
    """Run models inside the block on behalf of this call."""
    token = _current.set(call)
    try:
        yield call
    finally:
        _current.reset(token)
