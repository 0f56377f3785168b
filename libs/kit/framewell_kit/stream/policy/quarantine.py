"""Quarantine: a heavy record, or a job, that was at work when its process died. At most one works at a time.

Each runs alone among its like (`Permits.alone`, `JobRunner`). Here a record and a job are kept apart, too,
so that whichever dies next has itself to blame, and nobody is given up for what another one does. What is
no suspect may work beside: a live chunk must not wait for a job of an hour.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from framewell_kit.outcomes import Busy

AGAIN_SECONDS = 5.0


class Quarantine:
    """The one place for a suspect in a process."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._job = ""

    @asynccontextmanager
    async def record(self) -> AsyncIterator[None]:
        """Work on a record, after other records.

        Raises Busy while a job has the place or waits for it: that may take long, so the record's partition
        pauses and the others go on.
        """
        if self._job:
            raise Busy(f"job {self._job} runs, whose worker died before: it may die again", AGAIN_SECONDS)
        async with self._turn:
            yield

    @asynccontextmanager
    async def job(self, name: str) -> AsyncIterator[None]:
        """Work on a job, after the records that came before it. One at a time: the runner sees to that."""
        self._job = name
        try:
            async with self._turn:
                yield
        finally:
            self._job = ""
