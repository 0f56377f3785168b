"""Leases that expire and waits that end: which jobs of the database wait to be claimed again.

No decision rests on two processes' clocks agreeing. A lease is a heartbeat: each renewal raises `beat`, and
a job is taken over by whoever has seen epoch and beat stand still for a whole lease on its own monotonic
clock. A wait ends when the time of day says so or when it has been watched for its whole length, so a clock
that is wrong may end it early, never late. `leased_until` and `put_at` are for people to read.
"""

from collections import defaultdict
from typing import Any

from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.jobs.model import COLLECTION, queue
from framewell_kit.staleness import StalenessTracker

# How many waiting jobs one look takes into memory, the earliest due first.
LATER_AT_ONCE = 200


class Expiry:
    """Watches jobs that run or wait for a time, on this process's own clock."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock
        self._unchanged: defaultdict[str, StalenessTracker] = defaultdict(lambda: StalenessTracker(clock))

    async def revive(self, kind: str) -> float | None:
        """Make waiting again what is due, and what a worker left behind that no longer renews its lease.

        Called again and again: what counts is for how long this process has seen a lease not renewed.
        Returns the seconds until the next one may be due, None when none is in sight.
        """
        left = [await self._revive_later(kind), await self._revive_running(kind)]
        return min((seconds for seconds in left if seconds is not None), default=None)

    async def _revive_later(self, kind: str) -> float | None:
        later, now, left = queue(kind, "later"), self._clock.now(), []
        found = await self._documents.find(
            COLLECTION, {"queue": later}, sort=[("due", 1)], limit=LATER_AT_ONCE
        )
        unchanged = self._unchanged[later]
        unchanged.retain({document["_id"] for document in found})
        for document in found:
            watched = unchanged.seconds(document["_id"], document["due"])
            seconds = min((document["due"] - now).total_seconds(), document["wait_seconds"] - watched)
            if seconds > 0:
                left.append(seconds)
            else:
                await self._wake(document, {"queue": later, "due": document["due"]})
        return min(left, default=None)

    async def _revive_running(self, kind: str) -> float | None:
        running, left = queue(kind, "running"), []
        found = await self._documents.find(COLLECTION, {"queue": running})
        unchanged = self._unchanged[running]
        unchanged.retain({document["_id"] for document in found})
        for document in found:
            state = (document["epoch"], document["beat"])
            seconds = document["lease_seconds"] - unchanged.seconds(document["_id"], state)
            if seconds > 0:
                left.append(seconds)
            else:
                epoch, beat = state
                await self._wake(document, {"queue": running, "epoch": epoch, "beat": beat})
        return min(left, default=None)

    async def _wake(self, document: Document, seen: dict[str, Any]) -> None:
        """Make it waiting, unless it changed since it was seen."""
        waiting = queue(document["kind"], "waiting", document["lane"])
        change = {"$set": {"queue": waiting, "due": self._clock.now()}}
        await self._documents.update(COLLECTION, document["_id"], change, expect=seen)
