"""Runtimes that break one promise each, for the test that every checker notices.

They patch the real one inside the process of a workload that was told to (`CHAOS_BROKEN`).
"""

from __future__ import annotations

from collections.abc import Callable


def apply(name: str) -> None:
    """Break this process's runtime in the named way; an empty name leaves it whole."""
    if name:
        BROKEN[name]()


BROKEN: dict[str, Callable[[], None]] = {}
