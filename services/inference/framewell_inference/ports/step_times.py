"""The three steps in which an analyser works, and how long each takes.

*prepare* makes the tensors of a network of pictures or sound, *run* is the network, *assemble* is everything
else: boxes, tracks, runs of labels, lines of text. Analysers mark the first two where they stand; whoever
wants to know reads the times of what was done in its context, as a call travels (`ports/calls.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Step(StrEnum):
    """What an analyser does with a batch, in this order, where need be several times."""

    PREPARE = "prepare"
    RUN = "run"
    ASSEMBLE = "assemble"


@dataclass(slots=True)
class StepTimes:
    """Seconds of a piece of work, in all and by the steps that were marked."""

    total_seconds: float = 0.0
    marked: dict[Step, float] = field(default_factory=lambda: {Step.PREPARE: 0.0, Step.RUN: 0.0})

    def seconds(self) -> dict[Step, float]:
        """Return the seconds of every step; what nobody marked is *assemble*."""
        rest = max(0.0, self.total_seconds - sum(self.marked.values()))
        return {**self.marked, Step.ASSEMBLE: rest}


_current: ContextVar[StepTimes | None] = ContextVar("framewell_inference_step_times", default=None)


@contextmanager
def timed() -> Iterator[StepTimes]:
    """Measure the work in the block; its times are complete behind it, also when it raises."""
    times, started = StepTimes(), time.perf_counter()
    token = _current.set(times)
    try:
        yield times
    finally:
        _current.reset(token)
        times.total_seconds = time.perf_counter() - started


@contextmanager
def taking(step: Step) -> Iterator[None]:
    """Count the time of the block as that of a step, where somebody measures. Blocks do not nest."""
    times, started = _current.get(), time.perf_counter()
    try:
        yield
    finally:
        if times is not None:
            times.marked[step] += time.perf_counter() - started


def prepares(function: Callable[P, R]) -> Callable[P, R]:
    """Count the time of a function as that of the step *prepare*."""
    return _counted(function, Step.PREPARE)


def runs(function: Callable[P, R]) -> Callable[P, R]:
    """Count the time of a function as that of the step *run*."""
    return _counted(function, Step.RUN)


def _counted(function: Callable[P, R], step: Step) -> Callable[P, R]:
    @wraps(function)
    def measured(*args: P.args, **kwargs: P.kwargs) -> R:
        with taking(step):
            return function(*args, **kwargs)

    return measured
