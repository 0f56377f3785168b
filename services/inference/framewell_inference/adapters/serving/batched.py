"""The engine for a GPU: runs of stream analysers and clients are joined, so that the device sees one queue.

Runs with inputs of one kind (types, and sizes beside the first) are joined along their first dimension, up to
the batch that the manifest allows. Who comes first is decided by priority, then by arrival; a run that waits
for company waits `delay_seconds` at most. Two batches are under way at once, so that copying overlaps with
computing. On a GPU batches are filled up with zeros to one of a few sizes (powers of two up to the manifest's
batch, then its multiples): a device searches its algorithms anew for every shape it has not seen.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from framewell_inference.adapters.serving.engines import Runner
from framewell_inference.adapters.serving.run_slots import OLDEST_EVERY, ModelQueue, busy
from framewell_inference.domain.pictures import Array
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.calls import (
    DEADLINE_PASSED,
    Call,
    DeadlineError,
    Priority,
    Run,
    RunFailedError,
)

IN_FLIGHT: Final = 2


@dataclass(frozen=True, slots=True)
class Batches:
    """How runs are joined: rows in one run at most, how long the first one waits for others, padding."""

    rows: int
    delay_seconds: float = 0.002
    padded: bool = False


@dataclass(slots=True, eq=False)
class _Item:
    inputs: Mapping[str, Array]
    call: Call
    rows: int
    """0 for inputs that cannot be joined with others."""
    kind: tuple[object, ...]
    number: int
    arrived: float
    over: threading.Event = field(default_factory=threading.Event)
    run: Run | None = None
    error: Exception | None = None

    def finish(self, run: Run | None, error: Exception | None = None) -> None:
        self.run, self.error = run, error
        self.over.set()


class Batched:
    """An Engine over one runner and `IN_FLIGHT` threads."""

    name = "batched"

    def __init__(self, runner: Runner, queue: ModelQueue, batches: Batches, seconds: float) -> None:
        self.runner = runner
        self.batch_sizes: deque[int] = deque(maxlen=1000)
        """Rows of the last batches, for tests and the curious."""
        self._queue, self._batches, self._seconds = queue, batches, seconds
        self._lines: tuple[deque[_Item], ...] = tuple(deque() for _ in Priority)
        self._changed = threading.Condition()
        self._arrivals, self._picks, self._closed = 0, 0, False
        self._joins = all(spec.shape[:1] == (-1,) for spec in runner.tensors.inputs)
        for at in range(IN_FLIGHT):
            threading.Thread(target=self._work, name=f"batches-{queue.name}-{at}", daemon=True).start()

    def run(self, inputs: Mapping[str, Array], call: Call) -> Run:
        call.check()
        item = self._put(inputs, call)
        with call.on_end(item.over.set):
            left = None if call.deadline is None else max(0.0, call.deadline - time.monotonic())
            item.over.wait(left)
        with self._changed:
            self._leave_line(item)
        if item.error is not None:
            raise item.error
        if item.run is None:
            raise call.error() or DeadlineError(DEADLINE_PASSED)
        return item.run

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _put(self, inputs: Mapping[str, Array], call: Call) -> _Item:
        rows, kind = self._kind(inputs)
        with self._changed:
            if self._closed:
                raise RunFailedError(f"{self._queue.name} was unloaded meanwhile; ask again")
            if not call.patient and self._queue.waiting >= self._queue.bound:
                raise busy(self._queue, IN_FLIGHT)
            self._arrivals += 1
            item = _Item(inputs, call, rows, kind, self._arrivals, time.monotonic())
            self._lines[call.priority].append(item)
            self._queue.waiting += 1
            self._changed.notify()
        return item

    def _kind(self, inputs: Mapping[str, Array]) -> tuple[int, tuple[object, ...]]:
        counts = {value.shape[0] for value in inputs.values() if value.ndim}
        if not self._joins or len(counts) != 1:
            return 0, ()
        kind = tuple((name, inputs[name].dtype, inputs[name].shape[1:]) for name in sorted(inputs))
        return counts.pop(), kind

    def _leave_line(self, item: _Item) -> None:
        line = self._lines[item.call.priority]
        if item in line:
            line.remove(item)
            self._queue.waiting -= 1

    def _work(self) -> None:
        while True:
            with self._changed:
                batch = self._next_batch()
            if batch is None:
                return
            if batch:
                self._compute(batch)

    def _next_batch(self) -> list[_Item] | None:
        """Wait for runs and take those that go together; None once the engine is closed and empty."""
        while not any(self._lines):
            if self._closed:
                return None
            self._changed.wait()
        first = self._first()
        until = first.arrived + self._batches.delay_seconds
        while first.rows and self._joinable(first) < self._batches.rows and not self._closed:
            left = until - time.monotonic()
            if left <= 0 or first.over.is_set():
                break
            self._changed.wait(left)
        return self._take(first)

    def _first(self) -> _Item:
        lines = [line for line in self._lines if line]
        self._picks += 1
        if self._picks % OLDEST_EVERY == 0:
            return min((line[0] for line in lines), key=lambda item: item.number)
        return lines[0][0]

    def _joinable(self, first: _Item) -> int:
        return sum(item.rows for line in self._lines for item in line if item.kind == first.kind)

    def _take(self, first: _Item) -> list[_Item]:
        """Take `first` and what goes with it out of the lines; nothing when another thread was faster."""
        if first not in self._lines[first.call.priority]:
            return []
        taken, rows = [first], first.rows
        for line in self._lines if first.rows else ():
            for item in line:
                fits = item.kind == first.kind and rows + item.rows <= self._batches.rows
                if item is not first and item.rows and fits:
                    taken.append(item)
                    rows += item.rows
        for item in taken:
            self._leave_line(item)
        return [item for item in taken if not item.over.is_set()]

    def _compute(self, items: Sequence[_Item]) -> None:
        try:
            self._compute_together(items)
        except Exception as error:  # noqa: BLE001  it belongs to whoever asked, not to this thread
            if len(items) == 1:
                items[0].finish(None, error)
                return
            for item in items:  # one of them may be the reason: the others must not pay for it
                if not item.over.is_set():
                    self._compute([item])

    def _compute_together(self, items: Sequence[_Item]) -> None:
        started = time.monotonic()
        rows = sum(item.rows for item in items)
        joined = self._joined(items, rows)
        with _EndTogether(items) as call:
            outputs = self.runner.run(joined, call, self._seconds)
        seconds = time.monotonic() - started
        self._queue.note(seconds)
        self.batch_sizes.append(rows)
        padded = next(iter(joined.values())).shape[0] if rows else 0
        at = 0
        for item in items:
            item.finish(
                Run(
                    _part(outputs, at, item.rows, padded) if rows else outputs,
                    queue_seconds=started - item.arrived,
                    compute_seconds=seconds,
                )
            )
            at += item.rows

    def _joined(self, items: Sequence[_Item], rows: int) -> Mapping[str, Array]:
        missing = padded_rows(rows, self._batches.rows) - rows if self._batches.padded and rows else 0
        if len(items) == 1 and not missing:
            return items[0].inputs
        joined = {}
        for name, first in items[0].inputs.items():
            parts = [item.inputs[name] for item in items]
            if missing:
                parts.append(np.zeros((missing, *first.shape[1:]), first.dtype))
            joined[name] = np.concatenate(parts)
        return joined


def padded_rows(rows: int, batch: int) -> int:
    """Return how many rows are run for so many: a power of two up to the batch, or a multiple of it."""
    if rows > batch:
        return -(-rows // batch) * batch
    return min(batch, 1 << (rows - 1).bit_length())


def _part(outputs: Mapping[str, Array], at: int, rows: int, total: int) -> dict[str, Array]:
    if any(value.shape[:1] != (total,) for value in outputs.values()):
        if at == 0 and rows == total:
            return dict(outputs)
        raise InvalidInputError("an output has not a row for each row of the inputs")
    return {name: value[at : at + rows] for name, value in outputs.items()}


class _EndTogether:
    """One call for a batch: it ends when every call in it has ended, at the latest of their deadlines."""

    def __init__(self, items: Sequence[_Item]) -> None:
        self._items = items
        deadlines = [item.call.deadline for item in items]
        known = [deadline for deadline in deadlines if deadline is not None]
        self._call = Call(deadline=max(known) if len(known) == len(items) else None)
        self._hooks = [item.call.on_end(self._check) for item in items]

    def __enter__(self) -> Call:
        for hook in self._hooks:
            hook.__enter__()
        return self._call

    def __exit__(self, *error: object) -> None:
        for hook in self._hooks:
            hook.__exit__(None, None, None)

    def _check(self) -> None:
        if all(item.call.error() is not None for item in self._items):
            self._call.end("every caller has gone")
