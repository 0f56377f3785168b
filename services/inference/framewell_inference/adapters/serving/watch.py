"""Ends runs: at the model's time limit, at the caller's deadline, and when the caller has gone.

One thread for all runs of the process. It sleeps until the first of them is due, so that a run costs it
nothing but an entry in a set.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Final

from framewell_contracts.sentences import say
from framewell_inference.ports.calls import Call, DeadlineError, RunEndedError, TimeLimitError

GRACE_SECONDS: Final = 0.25
"""How long a run that was told to end may take to do so: a kernel of ONNX Runtime is never interrupted."""


_PASSED: Final = say("run.deadline_in_run", "the caller's deadline passed while the model ran")


@dataclass(slots=True, eq=False)
class Watched:
    """A run under way. `error` is why it was ended, None while it was not."""

    due: float
    late: RunEndedError
    """Why it is ended when it is due."""
    end: Callable[[], None]
    force: Callable[[], None]
    error: RunEndedError | None = None


@dataclass(slots=True)
class Watch:
    """Calls `end` of a run when its time is over, and `force` when that did not end it within the grace."""

    _runs: set[Watched] = field(default_factory=set)
    _wakes_at: float = inf
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    @contextmanager
    def over(
        self, call: Call, seconds: float, *, end: Callable[[], None], force: Callable[[], None]
    ) -> Iterator[Watched]:
        """Watch over the run inside the block, which may take so many seconds.

        A run that fails because it was ended raises the reason: TimeLimitError, DeadlineError or
        CallEndedError. `end` and `force` may be called from any thread, also just after the run is over.
        """
        due: float = time.monotonic() + seconds
        said = say(
            "run.slow",
            "the run took longer than the {seconds} s that the model may take",
            seconds=f"{seconds:g}",
        )
        late: RunEndedError = TimeLimitError(said)
        if call.deadline is not None and call.deadline < due:
            due, late = call.deadline, DeadlineError(_PASSED)
        run = Watched(due, late, end, force)
        self._add(run)
        try:
            with call.on_end(lambda: self._expire(run, call.error())):
                yield run
        except Exception:
            if run.error is not None:
                raise run.error from None
            raise
        finally:
            with self._changed:
                self._runs.discard(run)

    def _add(self, run: Watched) -> None:
        with self._changed:
            self._runs.add(run)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="run-limits", daemon=True)
                self._thread.start()
            if run.due < self._wakes_at:
                self._changed.notify()

    def _expire(self, run: Watched, reason: RunEndedError | None) -> None:
        with self._changed:
            if run.error is not None or run not in self._runs:
                return
            run.error = reason
            run.due = time.monotonic() + GRACE_SECONDS
            self._changed.notify()
        run.end()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._wakes_at = min((run.due for run in self._runs), default=inf)
                left = self._wakes_at - time.monotonic()
                if left > 0:
                    self._changed.wait(None if self._wakes_at == inf else left)
                now = time.monotonic()
                due = [run for run in self._runs if run.due <= now]
                steps = [self._next_step(run) for run in due]
            for step in steps:
                step()

    @staticmethod
    def _next_step(run: Watched) -> Callable[[], None]:
        if run.error is not None:
            run.due = inf
            return run.force
        run.error = run.late
        run.due = time.monotonic() + GRACE_SECONDS
        return run.end
