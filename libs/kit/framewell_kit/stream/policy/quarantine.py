"""A heavy record, or a job, at which a worker died is quarantined: at most one is at work in a process.

Each runs alone among its like (`Permits.alone`, `JobRunner`). Here a record and a job are kept apart, too,
so that whichever dies next has itself to blame, and nobody is given up for what another one does. What is
not quarantined may work beside it: a live chunk must not wait for a job of an hour.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from framewell_contracts.sentences import Sentence, say
from framewell_kit.outcomes import Busy

RETRY_SECONDS = 5.0


def killed_its_worker(times: int) -> Sentence:
    """Return why something is not even begun: so many starts of it ended with the death of the process."""
    return say(
        "killed_its_worker", "it was started {times} times and its worker died every time", times=times
    )


class Quarantine:
    """The one place in a process for what may kill its worker again."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._job = ""

    @asynccontextmanager
    async def record(self) -> AsyncIterator[None]:
        """Work on a record, after other records.

        Raises Busy while a job has the place or waits for it: that may take long, so the record's partition
        pauses and the others go on.
        """
        if self._job:
            raise Busy(
                say(
                    "worker_died", "job {job} runs, whose worker died before: it may die again", job=self._job
                ),
                RETRY_SECONDS,
            )
        async with self._one_at_a_time:
            yield

    @asynccontextmanager
    async def job(self, name: str) -> AsyncIterator[None]:
        """Work on a job, after the records that came before it. One at a time: the runner sees to that."""
        self._job = name
        try:
            async with self._one_at_a_time:
                yield
        finally:
            self._job = ""
