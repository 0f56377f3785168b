"""Which jobs a child may be asked to run: functions by name, registered when the zygote imports them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

Parameters = Mapping[str, Any]
"""Parameters of a job: JSON values."""
Answer = dict[str, Any]
"""Result of a job: JSON values."""


@dataclass(frozen=True, slots=True)
class JobFiles:
    """The open files of a job; the child has no other and can open no other."""

    inputs: tuple[BinaryIO, ...]
    """Unbuffered, readable and seekable."""
    outputs: tuple[BinaryIO, ...]
    """Empty at the start; the parent keeps the names."""


MediaJob = Callable[[JobFiles, Parameters], Answer]

_jobs: dict[str, MediaJob] = {}


def media_job(name: str) -> Callable[[MediaJob], MediaJob]:
    """Return a decorator that registers a function as the job `name`, or raises ValueError if taken."""

    def register(function: MediaJob) -> MediaJob:
        if name in _jobs:
            raise ValueError(f"two media jobs are called {name!r}")
        _jobs[name] = function
        return function

    return register


def find_job(name: str) -> MediaJob:
    """Return the job of that name. Raises LookupError when no preloaded module registered it."""
    try:
        return _jobs[name]
    except KeyError:
        raise LookupError(f"no media job is called {name!r}; known: {sorted(_jobs)}") from None
