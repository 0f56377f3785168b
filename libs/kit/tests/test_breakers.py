"""A breaker that a person resumes tries again in every replica, also in those that restart meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_kit.clock import SystemClock
from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.stream import RetryPolicy, Stage
from framewell_kit.stream.policy.breaker import MIN_FAILURES
from framewell_kit.stream.policy.breaker_store import COLLECTION, Breakers
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually, remains

GROUP = "ingest.accept_request"


class Replica:
    """The breakers of one process."""

    def __init__(self, documents: Documents, *, skew: float = 0.0) -> None:
        self.resumed: list[str] = []
        self.breakers = Breakers(documents, SystemClock(skew), self.resumed.append, look_seconds=0.05)
        self.breaker = self.breakers.add(GROUP)

    def break_it(self) -> None:
        for _ in range(MIN_FAILURES):
            self.breaker.failed()


@asynccontextmanager
async def following(*replicas: Replica) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.breakers.follow()) for one in replicas]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_one_request_half_opens_every_replica_whatever_their_clocks_say(documents: Documents) -> None:
    one, fast, slow = Replica(documents), Replica(documents, skew=3600), Replica(documents, skew=-3600)
    for replica in (one, fast, slow):
        replica.break_it()
    async with following(one, fast, slow):
        await eventually(lambda: all(not it.breakers._unwritten for it in (one, fast, slow)))
        await one.breakers.resume(GROUP)
        assert one.breaker.half_open
        assert one.resumed == [GROUP]
        await eventually(lambda: fast.breaker.half_open and slow.breaker.half_open)
        fast.breaker.failed()  # it tried, and fails still
        await remains(lambda: fast.breaker.is_open)  # the old request does not count again
        assert one.breaker.half_open
        await one.breakers.resume(GROUP)
        await eventually(lambda: fast.breaker.half_open)


async def test_a_closed_breaker_passes_the_request_on(documents: Documents) -> None:
    closed, opened = Replica(documents), Replica(documents)
    opened.break_it()
    async with following(closed, opened):
        await eventually(lambda: not opened.breakers._unwritten)
        assert not (await closed.breakers.resume(GROUP)).tripped
        await eventually(lambda: opened.breaker.half_open)


async def test_a_restart_forgets_neither_the_opening_nor_the_request(documents: Documents) -> None:
    first = Replica(documents)
    first.break_it()
    await first.breakers.flush()
    second = Replica(documents)
    await second.breakers.restore()
    assert second.breaker.is_open
    await second.breakers.resume(GROUP)
    third = Replica(documents)
    await third.breakers.restore()
    assert third.breaker.half_open
    third.breaker.succeeded()
    await third.breakers.flush()
    fourth = Replica(documents)
    await fourth.breakers.restore()
    assert not fourth.breaker.tripped


async def test_what_the_database_missed_is_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = MemoryDocuments()
    replica, update, away = Replica(documents), documents.update, True

    async def unsteady(*arguments: object, **options: object) -> object:
        if away:
            raise Busy("the database is away")
        return await update(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(documents, "update", unsteady)
    async with following(replica):
        replica.break_it()

        async def unwritten() -> bool:
            return await documents.get(COLLECTION, GROUP) is None

        await remains(unwritten)
        away = False
        await eventually(lambda: documents.get(COLLECTION, GROUP))
    kept = await documents.get(COLLECTION, GROUP)
    assert kept is not None
    assert abs(datetime.fromtimestamp(kept["opened_at"], UTC) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.integration
async def test_a_stage_of_two_replicas_goes_on_after_one_request(broker: str, database: str) -> None:
    mended, seen = False, Counter[str]()

    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        if not mended:
            raise KeyError("broken by a release")
        seen[fact.asset_id] += 1
        return []

    stage = Stage(GROUP, handler, retry=RetryPolicy(in_place_seconds=(), round_seconds=()))
    documents = MongoDocuments(database, f"test_{uuid4().hex[:12]}")
    async with StreamBench(broker, documents) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        one, two = await bench.run(stage), await bench.run(stage)
        wanted = [f"a{number}" for number in range(400)]
        await bench.publish(*[IngestRequested(asset_id=one) for one in wanted])
        replicas = (one, two)
        await eventually(lambda: all(it.breakers[GROUP].is_open for it in replicas))
        await eventually(lambda: all(it.paused() for it in replicas))
        mended = True
        await one.resume(GROUP)

        async def all_are_seen_or_given_up() -> bool:
            given_up = await bench.records(f"{GROUP}.dead-letter")  # what was under way may come late
            return len(seen) + len(given_up) == len(wanted)

        await eventually(all_are_seen_or_given_up)
        assert not any(it.breakers[GROUP].tripped for it in replicas)
        assert set(seen.values()) == {1}
    documents.close()
