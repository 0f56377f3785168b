"""The pure parts of the stream runtime: permits, the breaker, ids and partitions of facts."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.partitioner import DefaultPartitioner

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE
from framewell.sample.v1.sample_pb2 import Provenance, SampleProposed
from framewell_kit.facts import Cause, Fact
from framewell_kit.outcomes import Rejected
from framewell_kit.records import event_id
from framewell_kit.stream.policy.breaker import HALF_OPEN_AFTER_SECONDS, Breaker
from framewell_kit.stream.policy.permits import ARCHIVE, LIVE, Permits
from framewell_kit.stream.producer.outgoing import derive
from framewell_kit.stream.producer.partitioner import partition_of
from framewell_kit.testing.waiting import eventually, remains

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def test_permits_go_to_live_before_archive_and_to_the_oldest_first() -> None:
    permits, order = Permits(1), []
    await permits.acquire(LIVE)

    async def waiter(name: str, priority: int) -> None:
        await permits.acquire(priority)
        order.append(name)
        permits.release(priority)

    tasks = [
        asyncio.create_task(waiter(*one)) for one in (("old1", 1), ("old2", 1), ("live1", 0), ("live2", 0))
    ]
    await asyncio.sleep(0)
    tasks[1].cancel()
    permits.release(LIVE)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["live1", "live2", "old1"]
    assert permits.free(LIVE) == permits.free(ARCHIVE) == 1


async def test_permits_kept_for_live_are_never_given_to_the_archive() -> None:
    permits, begun = Permits(1, live=1), []

    async def begin(name: str, priority: int) -> None:
        await permits.acquire(priority)
        begun.append(name)

    await begin("live1", LIVE)
    await begin("old1", ARCHIVE)  # whatever is on air, the archive keeps its own
    waiting = [asyncio.create_task(begin(*one)) for one in (("old2", ARCHIVE), ("live2", LIVE))]
    await remains(lambda: begun == ["live1", "old1"], seconds=0.02)
    permits.release(LIVE)
    await eventually(lambda: begun == ["live1", "old1", "live2"])
    permits.release(LIVE)  # what is left is kept for live
    await remains(lambda: begun == ["live1", "old1", "live2"], seconds=0.02)
    assert (permits.free(LIVE), permits.free(ARCHIVE)) == (1, 0)
    permits.release(ARCHIVE)
    await asyncio.gather(*waiting)
    assert begun[-1] == "old2"


async def test_a_permit_given_in_the_moment_of_cancellation_is_not_lost() -> None:
    permits = Permits(1)
    await permits.acquire(LIVE)
    task = asyncio.create_task(permits.acquire(LIVE))
    await asyncio.sleep(0)
    permits.release(LIVE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert permits.free(LIVE) == 1


class HeldClock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def test_the_breaker_opens_at_fifty_failures_and_closes_after_a_success() -> None:
    clock, kept = HeldClock(), []
    breaker = Breaker(clock, kept.append)
    for _ in range(900):
        breaker.succeeded()
    for _ in range(49):
        breaker.failed()
    assert not breaker.is_open
    breaker.failed()
    assert breaker.is_open
    assert kept == [NOW.timestamp()]
    restarted = Breaker(clock)
    restarted.restore(kept[0])
    assert restarted.is_open
    clock.time += timedelta(seconds=HALF_OPEN_AFTER_SECONDS)
    assert restarted.half_open
    assert restarted.admits()
    assert not restarted.admits()  # one record is tried, not one a lane
    restarted.failed()
    assert restarted.is_open
    assert not restarted.admits()
    restarted.succeeded()  # one that was under way when it opened says nothing
    assert restarted.is_open
    clock.time += timedelta(seconds=HALF_OPEN_AFTER_SECONDS)
    assert restarted.admits()
    restarted.undecided()
    assert restarted.admits()
    restarted.succeeded()
    assert not restarted.tripped
    assert not restarted.is_open
    assert not restarted.half_open


def test_a_few_failures_among_many_do_not_open_the_breaker() -> None:
    breaker = Breaker(HeldClock())
    for number in range(5000):
        if number % 25:
            breaker.succeeded()
        else:
            breaker.failed()
    assert not breaker.is_open


def cause(event: str = "c1", **more: object) -> Cause:
    return Cause(id=event, source="/s", type="framewell.test", time=NOW, **more)  # type: ignore[arg-type]


def ids(outgoing: list[AssetRejected | Fact], of: Cause, scope: str = "") -> list[str]:
    return [event_id(record) for record in derive(outgoing, of, source="/s", now=NOW, scope=scope)]


def test_the_ids_of_facts_follow_from_their_cause() -> None:
    facts: list[AssetRejected | Fact] = [
        AssetRejected(work=Work(asset_id="a")),
        AssetRejected(work=Work(asset_id="a")),
        AssetRejected(work=Work(asset_id="b")),
    ]
    made = ids(facts, cause())
    assert len(set(made)) == 3
    assert ids(facts, cause()) == made
    assert ids(facts[2:] + facts[:2], cause()) == made[2:] + made[:2]
    assert not set(ids(facts, cause("c2"))) & set(made)
    assert not set(ids(facts, cause(), "samples/1/")) & set(made)
    assert ids([Fact(AssetRejected(work=Work(asset_id="a")), id="fixed")], cause()) == ["fixed"]


@pytest.mark.parametrize(
    ("fact", "of", "topic"),
    [
        (ChunkPlanned(chunk_id="x"), cause(), "archive"),
        (ChunkPlanned(chunk_id="x"), cause(lane=LANE_LIVE), "live"),
        (ChunkPlanned(work=Work(lane=LANE_ARCHIVE), chunk_id="x"), cause(lane=LANE_LIVE), "archive"),
        (Fact(ChunkPlanned(work=Work(lane=LANE_ARCHIVE), chunk_id="x"), lane=LANE_LIVE), cause(), "live"),
    ],
)
def test_the_lane_of_a_fact(fact: ChunkPlanned | Fact, of: Cause, topic: str) -> None:
    (record,) = derive([fact], of, source="/s", now=NOW)
    assert record.topic == f"framewell.chunk.planned.v1.{topic}"


def test_a_fact_says_its_asset_and_its_trace() -> None:
    of = cause(subject="asset-1", traceparent="00-a-b-01")
    (record,) = derive([AssetRejected(work=Work(asset_id="asset-2"))], of, source="/s", now=NOW)
    headers = dict(record.headers)
    assert (headers["ce_subject"], headers["traceparent"]) == (b"asset-2", b"00-a-b-01")


def test_a_sample_is_about_the_asset_of_its_provenance() -> None:
    proposed = SampleProposed(sample_id="s", provenance=Provenance(asset_id="asset-3"))
    (record,) = derive([proposed], cause(subject="asset-1"), source="/s", now=NOW)
    assert dict(record.headers)["ce_subject"] == b"asset-3"


def test_a_fact_too_large_for_its_topic_is_refused_here() -> None:
    with pytest.raises(Rejected, match="put it into an object") as refusal:
        derive(
            [AssetRejected(work=Work(asset_id="a"), detail="x" * (1 << 20))], cause(), source="/s", now=NOW
        )
    assert refusal.value.code == "fact_too_large"


def test_a_key_has_the_partition_that_other_kafka_clients_give_it() -> None:
    for length in range(64):
        for key in (random.Random(length).randbytes(length), b"x" * length):
            assert partition_of(key, 12) == DefaultPartitioner()(key, list(range(12)), [])
    assert {partition_of(None, 3) for _ in range(200)} == {0, 1, 2}


async def test_who_works_alone_waits_for_the_others_and_makes_them_wait() -> None:
    permits, at_work, most_beside = Permits(3), [], []
    done = asyncio.Event()

    async def work(name: str, *, alone: bool) -> None:
        await permits.acquire(LIVE)
        try:
            async with permits.alone() if alone else permits.together():
                at_work.append(name)
                most_beside.append((name, len(at_work)))
                await (asyncio.sleep(0.01) if alone else done.wait())
                at_work.remove(name)
        finally:
            permits.release(LIVE)

    first = asyncio.create_task(work("first", alone=False))
    await asyncio.sleep(0)
    quarantine = [asyncio.create_task(work(name, alone=True)) for name in ("one", "two")]
    await remains(lambda: at_work == ["first"], seconds=0.02)
    late = asyncio.create_task(work("late", alone=False))
    done.set()
    await asyncio.gather(first, *quarantine, late)
    assert dict(most_beside) == {"first": 1, "one": 1, "two": 1, "late": 1}
