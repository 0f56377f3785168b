"""Waiting in tests: for what must happen, never for seconds.

A test says what it waits for, and is told as soon as it is so; how long it waits at most says nothing of the
system but only when to give up, and is the same everywhere: generous, since a machine may be busy with twenty
other things. That something does not happen can only be watched for a moment: `remains`.
"""

import asyncio
import os
import time
from collections.abc import Callable
from inspect import isawaitable

PATIENCE = float(os.environ.get("FRAMEWELL_TEST_PATIENCE", "120"))
"""Seconds after which a test gives up; the variable is for machines that are slower still."""

MOMENT_SECONDS = 0.5


async def eventually(
    condition: Callable[[], object], *, within: float = PATIENCE, every: float = 0.02
) -> None:
    """Wait until the condition, or what it awaits, holds. Raise AssertionError when it does not in time."""
    deadline = time.monotonic() + within
    while True:
        holds = condition()
        if isawaitable(holds):
            holds = await holds
        if holds:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {condition}")
        await asyncio.sleep(every)


def wait_until(condition: Callable[[], object], *, every: float = 0.05) -> None:
    """Block until the condition holds. Raise AssertionError when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE:g} s: {condition}")
        time.sleep(every)


async def remains(
    condition: Callable[[], object], *, seconds: float = MOMENT_SECONDS, every: float = 0.02
) -> None:
    """Watch for a moment that the condition, or what it awaits, holds. Raise AssertionError once it fails."""
    deadline = time.monotonic() + seconds
    while True:
        holds = condition()
        if isawaitable(holds):
            holds = await holds
        assert holds, f"it did not remain so: {condition}"
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(every)


def patient() -> asyncio.Timeout:
    """Return a block that may take as long as anything in a test: `async with patient(): …`."""
    return asyncio.timeout(PATIENCE)
