"""What became of a model's runs and where their time went, as numbers that only grow."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

from framewell_inference.ports.calls import Run, RunCounts


@dataclass(slots=True)
class RunStatistics:
    """Counts runs. Safe from any thread."""

    _counts: RunCounts = field(default_factory=RunCounts)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def counts(self) -> RunCounts:
        return self._counts

    def succeeded(self, run: Run, rows: int) -> None:
        """Count a run that gave outputs for so many rows."""
        with self._lock:
            now = self._counts
            self._counts = replace(
                now,
                succeeded=now.succeeded.plus(run.queue_seconds + run.compute_seconds),
                queued=now.queued.plus(run.queue_seconds),
                computed=now.computed.plus(run.compute_seconds),
                rows=now.rows + rows,
                last=time.time(),
            )

    def failed(self, seconds: float) -> None:
        """Count a run that was refused, ended or failed, so many seconds after it was asked for."""
        with self._lock:
            self._counts = replace(self._counts, failed=self._counts.failed.plus(seconds))
