"""A worker that does not notice that it was frozen: its leases neither look at the clock nor renew.

It is no broken runtime, only one that is late everywhere: what refuses its writes is the epoch alone.
"""

from __future__ import annotations

import asyncio

from framewell_kit.jobs.lease import RenewedLease


def never_look_at_the_clock() -> None:
    """Make this process's leases blind."""

    RenewedLease.check = _believe  # type: ignore[method-assign,assignment]
    RenewedLease._beat = _sleep  # type: ignore[method-assign,assignment]


def _believe(_: RenewedLease) -> None:
    """It is still ours, surely."""


async def _sleep(_: RenewedLease) -> None:
    await asyncio.Event().wait()
