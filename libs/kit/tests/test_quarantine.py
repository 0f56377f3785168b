"""One quarantined piece of work at a time in a process, be it a record or a job."""

import asyncio
from typing import Any

import pytest

from framewell_kit.documents import MemoryDocuments
from framewell_kit.jobs import Job, JobKind, JobRunner, Jobs, Lease
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause
from framewell_kit.testing.waiting import eventually, remains


async def test_records_take_turns_and_stand_back_for_a_job_also_while_it_waits() -> None:
    quarantine, begun, end = Quarantine(), list[str](), asyncio.Event()

    async def record(name: str) -> None:
        async with quarantine.record():
            begun.append(name)
            await end.wait()

    async def job() -> None:
        async with quarantine.job("fetch/a"):
            begun.append("job")

    working = [asyncio.create_task(one) for one in (record("first"), record("second"), job())]
    await asyncio.sleep(0)
    assert begun == ["first"]
    with pytest.raises(Busy, match="job fetch/a runs"):
        await record("third")
    end.set()
    await asyncio.gather(*working)
    assert begun == ["first", "second", "job"]
    await record("third")


@pytest.mark.parametrize(("deaths", "waits"), [(0, False), (1, True)])
async def test_only_a_job_whose_worker_died_waits_for_a_quarantined_record(deaths: int, waits: bool) -> None:
    documents, quarantine, begun = MemoryDocuments(), Quarantine(), list[str]()
    jobs = Jobs(documents, Outbox(documents, CollectedFacts()))
    await jobs.put("fetch", "a", {}, cause=a_cause("a"))
    await documents.update("jobs", "fetch/a", {"$set": {"starts": deaths}})

    async def work(job: Job, lease: Lease) -> list[Any]:
        begun.append(job.key)
        return []

    runner = JobRunner(jobs, [JobKind("fetch", work)], quarantine=quarantine)
    async with quarantine.record():
        await runner.start()
        if waits:
            await remains(lambda: begun == [])
            kept = await jobs.get("fetch", "a")
            assert kept is not None
            assert kept["starts"] == deaths, "it has not begun: no death counts yet"
        else:
            await eventually(lambda: begun == ["a"])
    await eventually(lambda: begun == ["a"])
    await runner.stop(5)
