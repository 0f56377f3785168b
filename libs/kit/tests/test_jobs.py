"""Leased jobs: done once, by one worker, whatever happens to the others."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE
from framewell_contracts.sentences import say
from framewell_kit.clock import SystemClock
from framewell_kit.documents import Documents, MongoDocuments
from framewell_kit.jobs import HandOver, Job, JobKind, JobRunner, Jobs, Lease, LeaseLost
from framewell_kit.jobs.model import MAX_ATTEMPTS
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy, Rejected
from framewell_kit.testing.collected_facts import CollectedFacts
from framewell_kit.testing.streams import a_cause
from framewell_kit.testing.waiting import eventually, remains


class Bench:
    """One service's jobs; `run` adds a worker."""

    def __init__(self, documents: Documents) -> None:
        self.sent = CollectedFacts()
        self.outbox = Outbox(documents, self.sent)
        self.documents = documents
        self.jobs = Jobs(documents, self.outbox)
        self.runners: list[JobRunner] = []

    @property
    def rejected(self) -> list[str]:
        """Return the assets of the facts that left, in order."""
        return [fact.work.asset_id for fact in self.sent.of(AssetRejected)]

    async def put(self, key: str, lane: int = LANE_ARCHIVE, **options: float) -> bool:
        return await self.jobs.put("fetch", key, {"uri": key}, cause=a_cause(key), lane=lane, **options)  # type: ignore[arg-type]

    async def run(self, work, **options: object) -> JobRunner:
        runner = JobRunner(self.jobs, [JobKind("fetch", work, **options)])
        self.runners.append(runner)
        await runner.start()
        return runner

    async def state(self, key: str) -> str:
        document = await self.jobs.get("fetch", key)
        assert document is not None
        return str(document["queue"]).partition("/")[2]


@pytest.fixture
async def bench(documents: Documents) -> AsyncIterator[Bench]:
    bench = Bench(documents)
    await bench.outbox.start()
    yield bench
    for runner in bench.runners:
        await runner.stop(1)
    await bench.outbox.stop()


async def fetched(job: Job, lease: Lease) -> list[AssetRejected]:
    return [AssetRejected(work=Work(asset_id=job.key))]


async def test_a_job_is_put_once_done_once_and_its_facts_leave(bench: Bench) -> None:
    assert await bench.put("a")
    assert not await bench.put("a")
    await bench.run(fetched)
    await eventually(lambda: bench.rejected == ["a"])
    assert await bench.state("a") == "done"
    assert not await bench.put("a")
    await remains(lambda: bench.rejected == ["a"], seconds=0.1)


async def test_live_before_archive(bench: Bench) -> None:
    order: list[str] = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        order.append(job.key)
        return []

    for n in range(3):
        await bench.put(f"old{n}")
    await bench.put("live", LANE_LIVE)
    await bench.run(work)
    await eventually(lambda: len(order) == 4)
    assert order[0] == "live"


async def test_no_more_at_once_than_permits(bench: Bench) -> None:
    now, most = 0, 0
    three = asyncio.Event()

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 3:
            three.set()
        await three.wait()
        await asyncio.sleep(0.02)
        now -= 1
        return [AssetRejected(work=Work(asset_id=job.key))]

    for n in range(12):
        await bench.put(f"a{n}")
    await bench.run(work, permits=3)
    await eventually(lambda: len(bench.rejected) == 12)
    assert most == 3


async def test_a_failing_job_is_tried_again_and_then_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewell_kit.jobs.attempt.RETRY_SECONDS", (0.01, 0.01))
    attempts: list[int] = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        attempts.append(job.attempt)
        raise KeyError("a bug")

    await bench.put("a")
    await bench.run(
        work,
        gave_up=lambda job, reason: [
            AssetRejected(work=Work(asset_id=job.key), code=reason.code, detail=reason)
        ],
    )
    await eventually(lambda: bench.rejected == ["a"])
    assert attempts == [1, 2, 3]
    assert await bench.state("a") == "failed"
    fact = AssetRejected.FromString(bench.sent.records[0].value)
    assert fact.code == "failed"
    assert fact.detail == "an internal error of the mesh, and no fault of what was sent; its log says which."
    document = await bench.jobs.get("fetch", "a")
    assert document is not None
    assert "KeyError" in document["reason"]


async def test_rejected_is_given_up_at_once_and_busy_waits(bench: Bench) -> None:
    tries: list[str] = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        tries.append(job.key)
        if job.key == "bad":
            raise Rejected(say("nonsense", "{key} is nonsense", key=job.key), code="forbidden")
        if tries.count("busy") < 3:
            raise Busy("no room", retry_after=0.01)
        return [AssetRejected(work=Work(asset_id=job.key))]

    await bench.put("bad")
    await bench.put("busy")
    await bench.run(work, gave_up=lambda job, reason: [AssetRejected(work=Work(asset_id=reason.code))])
    await eventually(lambda: sorted(bench.rejected) == ["busy", "forbidden"])
    assert tries.count("bad") == 1
    given_up = await bench.jobs.get("fetch", "bad")
    assert given_up is not None
    assert (given_up["reason"], given_up["wording"]) == (
        "bad is nonsense", {"template": "nonsense", "params": {"key": "bad"}},
    )  # fmt: skip


async def test_a_dead_workers_job_is_taken_over_and_the_zombie_is_refused(bench: Bench) -> None:
    await bench.put("a")
    zombie = await bench.jobs.claim("fetch", "zombie", lease_seconds=-1)  # its lease is over already
    assert zombie is not None
    await bench.run(fetched)
    await eventually(lambda: bench.rejected == ["a"])
    assert not await bench.jobs.save(zombie, {"bytes": 1})
    assert not await bench.jobs.end(zombie, "done", [AssetRejected(work=Work(asset_id="zombie"))])
    assert await bench.jobs.renew(zombie, 30) is None
    await remains(lambda: bench.rejected == ["a"], seconds=0.1)


async def test_a_job_that_kills_its_worker_is_given_up_on_the_fourth_start(bench: Bench) -> None:
    await bench.put("a")
    for _ in range(MAX_ATTEMPTS - 1):
        dies = await bench.jobs.claim("fetch", "dies", lease_seconds=-1)
        assert dies is not None
        assert await bench.jobs.start(dies)
        assert await bench.jobs.revive("fetch") is None
    started: list[str] = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        started.append(job.key)
        return []

    await bench.run(work, gave_up=lambda job, reason: [AssetRejected(work=Work(asset_id=reason.code))])
    await eventually(lambda: bench.rejected == ["killed_its_worker"])
    assert started == []


@pytest.mark.slow
async def test_a_long_job_keeps_its_lease(bench: Bench) -> None:
    epochs: list[int] = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        epochs.append(lease.epoch)
        await asyncio.sleep(4)
        lease.check()
        return [AssetRejected(work=Work(asset_id=job.key))]

    await bench.put("a")
    await bench.run(work, lease_seconds=1.5)
    other = await bench.run(work, lease_seconds=1.5)
    await eventually(lambda: bench.rejected == ["a"])
    await other.stop(0)
    assert epochs == [1]


async def test_losing_the_lease_stops_the_work(bench: Bench) -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("stopped")
            with pytest.raises(LeaseLost):
                lease.check()
            raise
        return [AssetRejected(work=Work(asset_id="never"))]

    await bench.put("a")
    await bench.run(work, lease_seconds=0.3)
    await begun.wait()
    await bench.documents.update("jobs", "fetch/a", {"$inc": {"epoch": 1}})
    await eventually(lambda: ended == ["stopped"])
    assert bench.rejected == []


async def test_a_job_that_meets_a_cancellation_not_its_own_has_failed_like_any_other(bench: Bench) -> None:
    async def waits_for_what_is_cancelled(job: Job, lease: Lease) -> list[AssetRejected]:
        gone = asyncio.get_running_loop().create_future()
        gone.cancel()
        return await gone

    await bench.put("a")
    await bench.run(waits_for_what_is_cancelled)

    async def failed() -> bool:
        document = await bench.jobs.get("fetch", "a")
        return document is not None and "was cancelled" in document.get("reason", "")

    await eventually(failed)


async def test_cancelling_a_waiting_and_a_running_job(bench: Bench) -> None:
    running = asyncio.Event()

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        running.set()
        await asyncio.sleep(30)
        return []

    await bench.put("running")
    await bench.run(
        work,
        lease_seconds=0.3,
        gave_up=lambda job, reason: [AssetRejected(work=Work(asset_id=f"{job.key} {reason.code}"))],
    )
    await running.wait()
    await bench.put("waiting")
    assert await bench.jobs.cancel("fetch", "waiting", "nobody wants it")
    assert await bench.jobs.cancel("fetch", "running", "nobody wants it")
    await eventually(lambda: sorted(bench.rejected) == ["running cancelled", "waiting cancelled"])
    assert not await bench.jobs.cancel("fetch", "running", "again")


async def test_a_running_job_that_another_process_cancels_stops_within_seconds(bench: Bench) -> None:
    running = asyncio.Event()

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        running.set()
        await asyncio.sleep(60)
        return []

    await bench.put("a")
    await bench.run(work)  # its lease is renewed every ten seconds
    await running.wait()
    elsewhere = Jobs(bench.documents, Outbox(bench.documents, CollectedFacts()))
    assert await elsewhere.cancel("fetch", "a", "nobody wants it")
    begun = time.monotonic()
    while await bench.state("a") != "failed":
        assert time.monotonic() - begun < 5
        await asyncio.sleep(0.05)


async def test_live_overtakes_between_two_pieces_and_pieces_keep_their_place(bench: Bench) -> None:
    order: list[str] = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        done = int(job.progress.get("pieces", 0))
        order.append(f"{job.key}/{done}")
        if job.key == "long" and done < 3:
            if done == 1:
                await bench.put("live", LANE_LIVE)
            await lease.save({"pieces": done + 1})
            raise HandOver
        return [AssetRejected(work=Work(asset_id=job.key))]

    await bench.put("long")
    await bench.put("later")
    await bench.run(work)
    await eventually(lambda: len(bench.rejected) == 3)
    assert order == ["long/0", "long/1", "live/0", "long/2", "long/3", "later/0"]
    document = await bench.jobs.get("fetch", "long")
    assert document is not None
    assert (document["attempt"], document["starts"]) == (1, 0), "a piece is no attempt"


async def test_a_live_job_begins_beside_archive_jobs_that_have_every_other_permit(bench: Bench) -> None:
    begun: list[str] = []
    end = asyncio.Event()

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        begun.append(job.key)
        await end.wait()
        return [AssetRejected(work=Work(asset_id=job.key))]

    for key in ("old1", "old2"):
        await bench.put(key)
    await bench.run(work, permits=1, live_permits=1)
    await eventually(lambda: begun == ["old1"])
    await bench.put("live1", LANE_LIVE)
    await bench.put("live2", LANE_LIVE)
    await eventually(lambda: begun == ["old1", "live1"])
    await remains(lambda: begun == ["old1", "live1"], seconds=0.2)
    end.set()
    await eventually(lambda: len(bench.rejected) == 4)
    assert begun[2] == "live2"


async def test_a_stopped_worker_gives_its_job_back_at_once(bench: Bench) -> None:
    begun = asyncio.Event()

    async def slow(job: Job, lease: Lease) -> list[AssetRejected]:
        await lease.save({"bytes": 42})
        begun.set()
        await asyncio.sleep(60)
        return []

    await bench.put("a")
    runner = await bench.run(slow)
    await begun.wait()
    await runner.stop(0.05)
    progress: list[dict[str, object]] = []

    async def go_on(job: Job, lease: Lease) -> list[AssetRejected]:
        progress.append(job.progress)
        return [AssetRejected(work=Work(asset_id=job.key))]

    await bench.run(go_on)
    await eventually(lambda: bench.rejected == ["a"])
    assert progress == [{"bytes": 42}]
    document = await bench.jobs.get("fetch", "a")
    assert document is not None
    assert document["attempt"] == 1


async def test_a_job_put_for_later_waits_for_its_time(bench: Bench) -> None:
    clock = SystemClock()
    due = clock.now() + timedelta(seconds=0.5)
    await bench.put("a", after_seconds=0.5)
    done_at = []

    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        done_at.append(clock.now())
        return []

    await bench.run(work)
    await eventually(lambda: done_at)
    assert done_at[0] >= due


async def test_many_workers_claim_and_none_gets_anothers(bench: Bench) -> None:
    workers = [Jobs(bench.documents, bench.outbox) for _ in range(8)]
    await bench.jobs.prepare()
    for n in range(40):
        await bench.put(f"a{n}", LANE_LIVE if n % 2 else LANE_ARCHIVE)

    async def work(jobs: Jobs, name: str) -> list[str]:
        mine = []
        while (document := await jobs.claim("fetch", name, 30)) is not None:
            mine.append(document["key"])
            assert document["epoch"] == 1
        return mine

    claimed = await asyncio.gather(*[work(jobs, f"w{n}") for n, jobs in enumerate(workers)])
    assert sorted(key for mine in claimed for key in mine) == sorted(f"a{n}" for n in range(40))
    assert any(not int(key[1:]) % 2 for mine in claimed for key in mine), "archive comes once live is empty"


async def test_the_longest_due_is_claimed_first_whatever_its_name(bench: Bench) -> None:
    await bench.jobs.prepare()
    for key in ("z", "m", "a"):
        await bench.put(key)
        await asyncio.sleep(0.002)  # documents keep milliseconds
    first = await bench.jobs.claim("fetch", "w", 30)
    assert first is not None
    assert first["key"] == "z"
    assert await bench.jobs.give_back(first, seconds=0, reason="later", failed=False)
    order = [await bench.jobs.claim("fetch", "w", 30) for _ in range(3)]
    assert [document["key"] for document in order if document] == ["m", "a", "z"]


async def test_claims_do_not_slow_down_with_finished_jobs(bench: Bench) -> None:
    await bench.jobs.prepare()
    await bench.put("a")
    kept = await bench.jobs.get("fetch", "a")
    assert kept is not None
    for start in range(0, 20_000, 2000):
        await bench.documents.insert_each_once(
            "jobs", [{**kept, "_id": f"old/{n}", "queue": "fetch/done"} for n in range(start, start + 2000)]
        )
    if not isinstance(bench.documents, MongoDocuments):
        return  # the fake reads everything
    mine = await bench.jobs.claim("fetch", "w", 30)
    assert mine is not None
    reading_all = await quickest(lambda: bench.documents.find("jobs", {"key": "nobody's"}))
    assert await quickest(lambda: bench.jobs.revive("fetch")) < reading_all / 3
    assert await quickest(lambda: bench.jobs.any_waiting("other")) < reading_all / 3
    assert await quickest(lambda: bench.jobs.renew(mine, 30)) < reading_all / 3


async def quickest(call: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the quickest of many calls: what a busy machine delays is not counted."""
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


async def test_facts_too_large_to_leave_give_the_job_up_at_once(bench: Bench) -> None:
    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        size = {"one": 2 << 20, "many": 900 << 10}[job.key]
        return [AssetRejected(work=Work(asset_id=f"{job.key}{n}"), detail="x" * size) for n in range(20)]

    await bench.put("one")
    await bench.put("many")
    await bench.run(
        work, gave_up=lambda job, reason: [AssetRejected(work=Work(asset_id=f"{job.key} {reason.code}"))]
    )
    await eventually(lambda: sorted(bench.rejected) == ["many facts_too_large", "one fact_too_large"])


async def test_a_job_whose_gave_up_fails_ends_all_the_same(bench: Bench) -> None:
    async def work(job: Job, lease: Lease) -> list[AssetRejected]:
        raise Rejected("nonsense")

    def gave_up(job: Job, reason: str) -> list[AssetRejected]:
        raise KeyError("a bug")

    await bench.put("a")
    await bench.run(work, gave_up=gave_up)

    async def failed() -> bool:
        return await bench.state("a") == "failed"

    await eventually(failed)
