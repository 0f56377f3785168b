"""A job whose worker died runs alone in its process, so that only the one that kills is given up."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest

from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.jobs import Job, JobKind, JobRunner, Jobs, Lease
from framewell_kit.jobs.model import MAX_ATTEMPTS
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause
from framewell_kit.testing.waiting import eventually, patient, remains

LEASE = 30.0
KINDS = ("erase", "fetch")


class Mortal:
    """A process's way to the database: takes a moment, and passes nothing once the process has died."""

    def __init__(self, documents: Documents) -> None:
        self._documents, self.died = documents, asyncio.Event()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0.001)
            if self.died.is_set():
                raise Busy("the process has died", retry_after=1)
            return await getattr(self._documents, name)(*args, **kwargs)

        return call


class Environment:
    """A database, the work that is done on it, and the processes that do it."""

    def __init__(self) -> None:
        self.documents = MemoryDocuments()
        self.jobs = jobs_on(self.documents)
        self.begun: list[str] = []
        self.gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.runners: list[JobRunner] = []

    async def put(self, kind: str, key: str, lane: int = LANE_ARCHIVE, *, deaths: int = 0) -> None:
        """A job that waits, and that was at work when as many workers died."""
        cause = a_cause(key)
        await self.jobs.put(kind, key, {}, cause=cause, lane=lane, after_seconds=3600)  # type: ignore[arg-type]
        queue = f"{kind}/waiting/{'live' if lane == LANE_LIVE else 'archive'}"
        await self.documents.update("jobs", f"{kind}/{key}", {"$set": {"queue": queue, "starts": deaths}})

    async def gated(self, job: Job, lease: Lease) -> list[Any]:
        """Work that lasts until the test lets it end."""
        self.begun.append(job.key)
        await self.gates[job.key].wait()
        return []

    async def run(self, work: Any = None, *, lease_seconds: float = LEASE, permits: int = 4) -> JobRunner:
        """A process that does both kinds."""
        kinds = [JobKind(k, work or self.gated, permits=permits, lease_seconds=lease_seconds) for k in KINDS]
        runner = JobRunner(jobs_on(cast(Documents, Mortal(self.documents))), kinds)
        self.runners.append(runner)
        await runner.start()
        return runner

    async def a_quarantined_job_waits(self, *, lease_seconds: float = LEASE) -> JobRunner:
        """A process in which `slow` runs and `quarantined`, of another kind, waits for it."""
        await self.put("fetch", "slow")
        runner = await self.run(lease_seconds=lease_seconds)
        await eventually(lambda: self.begun == ["slow"])
        await self.put("erase", "quarantined", deaths=1)
        await self.until("erase", "quarantined", "queue", "erase/running")
        return runner

    async def of(self, kind: str, key: str) -> dict[str, Any]:
        document = await self.jobs.get(kind, key)
        assert document is not None
        return document

    async def until(self, kind: str, key: str, field: str, value: object) -> None:
        async with patient():
            while (await self.of(kind, key)).get(field) != value:  # noqa: ASYNC110 - it asks the database
                await asyncio.sleep(0.01)


def jobs_on(documents: Documents, clock: HeldClock | None = None) -> Jobs:
    return Jobs(documents, Outbox(documents, CollectedFacts()), clock)


@pytest.fixture
async def environment(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Environment]:
    monkeypatch.setattr("framewell_kit.jobs.runner.POLL_SECONDS", 0.02)
    monkeypatch.setattr("framewell_kit.jobs.attempt.AWAY_SECONDS", 0.01)
    environment = Environment()
    yield environment
    for runner in environment.runners:
        await runner.stop(0)


async def take_over(documents: Documents) -> None:
    """Let a lease pass in which nobody renews."""
    clock = HeldClock()
    jobs = jobs_on(documents, clock)
    for _ in range(2):
        for kind in KINDS:
            await jobs.revive(kind)
        clock.advance(LEASE + 1)


@pytest.mark.parametrize("killer_is", [0, 1, 2])
@pytest.mark.parametrize("kind_of_killer", KINDS)
@pytest.mark.slow
async def test_only_the_one_that_kills_is_given_up(
    environment: Environment, killer_is: int, kind_of_killer: str
) -> None:
    for n in range(3):
        kind = kind_of_killer if n == killer_is else "fetch"
        await environment.put(kind, "killer" if n == killer_is else f"innocent{n}")
    for _ in range(MAX_ATTEMPTS):
        await one_process(environment)
        await take_over(environment.documents)
    documents = await environment.documents.find("jobs", {})
    ends = {job["key"]: (job["queue"].partition("/")[2], job.get("code")) for job in documents}
    assert ends.pop("killer") == ("failed", "killed_its_worker")
    assert list(ends.values()) == [("done", "")] * 2
    assert environment.begun.count("killer") == MAX_ATTEMPTS - 1, "the last time it is not begun"


async def one_process(environment: Environment) -> None:
    """Works until all is done or the killer, beside all that it can meet, has ended the process."""
    mortal, first = Mortal(environment.documents), not environment.begun

    async def work(job: Job, lease: Lease) -> list[Any]:
        environment.begun.append(job.key)
        if job.key != "killer":
            await asyncio.sleep(60 if first else 0.1)
            return []
        await eventually(lambda: not first or len(environment.begun) == 3)
        mortal.died.set()
        await asyncio.sleep(60)
        return []

    kinds = [JobKind(kind, work, permits=3) for kind in KINDS]
    runner = JobRunner(jobs_on(cast(Documents, mortal)), kinds)
    environment.runners.append(runner)
    await runner.start()
    async with patient():
        while not mortal.died.is_set() and not await _all_ended(environment):  # noqa: ASYNC110 - it asks, too
            await asyncio.sleep(0.01)
    mortal.died.set()
    await runner.stop(0)


async def _all_ended(environment: Environment) -> bool:
    return all(
        job["queue"].endswith(("/done", "/failed")) for job in await environment.documents.find("jobs", {})
    )


async def test_a_quarantined_job_waits_for_those_at_work_and_everything_new_for_the_quarantined_job(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    await environment.a_quarantined_job_waits()
    await environment.put("fetch", "live", LANE_LIVE)
    await environment.put("erase", "other")
    await remains(lambda: environment.begun == ["slow"])
    assert (await environment.of("erase", "quarantined"))["starts"] == 1, (
        "it has not begun: no death counts yet"
    )
    monkeypatch.setattr("framewell_kit.jobs.runner.POLL_SECONDS", 60)  # its end has to wake them
    environment.gates["slow"].set()
    await environment.until("erase", "quarantined", "starts", 2)
    await remains(lambda: environment.begun == ["slow", "quarantined"])
    environment.gates["quarantined"].set()
    await eventually(lambda: sorted(environment.begun[2:]) == ["live", "other"])
    await environment.until("erase", "quarantined", "queue", "erase/done")


async def test_quarantined_jobs_run_one_after_the_other(environment: Environment) -> None:
    for key in ("a", "b"):
        for kind in KINDS:
            await environment.put(kind, f"{kind} {key}", deaths=1)
    await environment.run()
    for ended in range(4):
        await eventually(lambda: len(environment.begun) == ended + 1)  # noqa: B023 - awaited here
        await remains(lambda: len(environment.begun) == ended + 1, seconds=0.05)  # noqa: B023 - here, too
        environment.gates[environment.begun[-1]].set()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_another_kind_claims_in_the_same_moment_does_not_run_beside_a_quarantined_job(
    environment: Environment, kind: str
) -> None:
    await environment.put(kind, "quarantined", deaths=1)
    for other in KINDS:
        await environment.put(other, f"{other} innocent")
    await environment.run()
    at_once: list[list[str]] = []
    while len(ended := [key for key in environment.begun if environment.gates[key].is_set()]) < 3:
        await eventually(lambda: len(environment.begun) > len(ended))
        await asyncio.sleep(0.1)
        at_once.append([key for key in environment.begun if key not in ended])
        environment.gates[at_once[-1][0]].set()
    assert all(keys == ["quarantined"] for keys in at_once if "quarantined" in keys), at_once


async def test_a_stopped_process_gives_a_waiting_quarantined_job_back_at_once(
    environment: Environment,
) -> None:
    runner = await environment.a_quarantined_job_waits()
    stopping = asyncio.create_task(runner.stop(20))
    await environment.until("erase", "quarantined", "queue", "erase/waiting/archive")
    assert not stopping.done(), "what is at work may end"
    environment.gates["slow"].set()
    await stopping
    assert (await environment.of("fetch", "slow"))["queue"] == "fetch/done"
    quarantined = await environment.of("erase", "quarantined")
    assert (quarantined["starts"], quarantined["epoch"]) == (1, 1)
    assert environment.begun == ["slow"], "nothing begins while the process stops"


async def test_a_quarantined_job_at_work_drains_like_any_other(environment: Environment) -> None:
    await environment.put("erase", "quarantined", deaths=1)
    runner = await environment.run()
    await eventually(lambda: environment.begun == ["quarantined"])
    await runner.stop(0.05)
    quarantined = await environment.of("erase", "quarantined")
    assert (quarantined["queue"], quarantined["starts"]) == ("erase/waiting/archive", 1)


@pytest.mark.slow
async def test_a_waiting_quarantined_job_keeps_its_lease(environment: Environment) -> None:
    await environment.a_quarantined_job_waits(lease_seconds=1.5)
    other, quarantined = jobs_on(environment.documents), await environment.of("erase", "quarantined")
    while quarantined.get("beat", 0) < 5:  # thrice a lease: more than one lease has passed
        await other.revive("erase")
        await asyncio.sleep(0.05)
        quarantined = await environment.of("erase", "quarantined")
    assert (quarantined["queue"], quarantined["epoch"]) == ("erase/running", 1)
    environment.gates["slow"].set()
    await eventually(lambda: environment.begun == ["slow", "quarantined"])


async def test_a_quarantined_job_that_loses_its_lease_holds_nobody_up(environment: Environment) -> None:
    await environment.a_quarantined_job_waits(lease_seconds=0.6)
    await environment.documents.update("jobs", "erase/quarantined", {"$inc": {"epoch": 1}})
    await environment.put("erase", "other")
    await eventually(lambda: environment.begun == ["slow", "other"])
    assert (await environment.of("erase", "quarantined"))["starts"] == 1


async def test_a_quarantined_job_is_cancelled_while_it_waits(environment: Environment) -> None:
    await environment.a_quarantined_job_waits(lease_seconds=0.6)
    assert await environment.jobs.cancel("erase", "quarantined", "nobody wants it")
    await environment.until("erase", "quarantined", "code", "cancelled")
    assert environment.begun == ["slow"]


async def test_a_process_that_died_before_the_work_began_does_not_count(environment: Environment) -> None:
    await environment.put("fetch", "a")
    assert await environment.jobs.claim("fetch", "dies", LEASE)
    await take_over(environment.documents)
    again = await environment.jobs.claim("fetch", "next", LEASE)
    assert again is not None
    assert again["starts"] == 0


async def test_a_start_that_is_counted_twice_counts_once_and_a_zombies_not_at_all(
    environment: Environment,
) -> None:
    await environment.put("fetch", "a")
    mine = await environment.jobs.claim("fetch", "zombie", LEASE)
    assert mine is not None
    assert await environment.jobs.start(mine)
    assert await environment.jobs.start(mine)
    assert (await environment.of("fetch", "a"))["starts"] == 1
    await take_over(environment.documents)
    assert not await environment.jobs.start(mine)
    assert await environment.jobs.claim("fetch", "next", LEASE)
    assert not await environment.jobs.start(mine)


async def test_a_start_that_cannot_be_counted_is_tried_until_it_is(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, start = 0, Jobs.start

    async def away(jobs: Jobs, document: dict[str, Any]) -> bool:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Busy("the database is away", retry_after=1)
        return await start(jobs, document)

    monkeypatch.setattr(Jobs, "start", away)
    await environment.put("erase", "quarantined", deaths=1)
    await environment.run()
    await eventually(lambda: environment.begun == ["quarantined"])
    assert tries == 3
    assert (await environment.of("erase", "quarantined"))["starts"] == 2
