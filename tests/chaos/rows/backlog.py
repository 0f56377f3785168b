"""A backlog: what waits in the broker must not wait in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from chaos import checkers
from chaos.checkers import Effect
from chaos.environment import Environment
from chaos.outcome import Outcome
from chaos.processes import Worker
from chaos.workloads import backlog as workload
from framewell.ingest.v1.ingest_pb2 import IngestRequested

KEYS = 1000
WARM = 5_000
ALLOWED = 1.2
SLOWEST_PER_SECOND = 2_500


async def backlog(environment: Environment) -> Outcome:
    """Resident memory while a backlog is worked off, against that of the same worker with nothing to do."""
    count = environment.scale.backlog
    outcome = Outcome("backlog", f"backlog of {count:,} records", times=1)
    await environment.declare([workload.REQUESTED, workload.REJECTED], [workload.GROUP])
    load, observer = environment.load(), environment.observer(workload.REJECTED)
    worker = environment.worker("backlog", instance=0)

    def answers() -> int:
        return len({one.message.code for one in observer.seen[workload.REJECTED]})

    async with observer:
        worker.start()
        await worker.ready()
        await load.facts(_requests(0, WARM))
        await observer.until(lambda: answers() >= WARM // workload.ANSWERED_EVERY, 60, "the first answers")
        await asyncio.sleep(2)
        idle = worker.resident_bytes()
        worker.terminate()
        outcome.require(await worker.ended(20) == 0, "the worker did not stop")
        await load.facts(_requests(WARM, WARM + count))
        wanted = (WARM + count) // workload.ANSWERED_EVERY
        worker.start()
        memory = Memory(worker)
        watching = asyncio.create_task(memory.watch())
        await observer.until(
            lambda: answers() >= wanted, count / SLOWEST_PER_SECOND + 60, f"{wanted} answers"
        )
        await observer.caught_up()
        watching.cancel()
    outcome.fault += f" (resident memory at most {memory.highest / idle:.2f} of idle)"
    outcome.require(
        memory.highest <= ALLOWED * idle,
        f"resident memory rose from {idle >> 20} to {memory.highest >> 20} MiB",
    )
    environment.require_no_deaths(outcome)
    seen = observer.seen[workload.REJECTED]
    outcome.events_in, outcome.effects_out = len(load.acknowledged), answers()
    numbers = [str(number) for number in range(0, WARM + count, workload.ANSWERED_EVERY)]
    outcome.lost = len(checkers.lost(numbers, {one.message.code for one in seen}))
    outcome.doubled = len(checkers.doubled(Effect(one.message.code, one.id, one.digest) for one in seen))
    load.close()
    return outcome


class Memory:
    """The highest resident memory of a worker while it is watched."""

    def __init__(self, worker: Worker) -> None:
        self.highest = 0
        self._worker = worker

    async def watch(self) -> None:
        """Look ten times a second, until cancelled."""
        while self._worker.running:
            self.highest = max(self.highest, self._worker.resident_bytes())
            await asyncio.sleep(0.1)


def _requests(first: int, end: int) -> Iterator[tuple[str, IngestRequested]]:
    for number in range(first, end):
        yield str(number), workload.request(number % KEYS, number)
