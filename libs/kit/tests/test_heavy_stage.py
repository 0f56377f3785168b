"""Single moments of the heavy stage, scripted: waiting for a permit, being taken away, starts that count."""

import asyncio
from typing import cast

import pytest
from aiokafka import TopicPartition
from faststream.kafka import KafkaBroker

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell_contracts.cloudevents import Envelope, encode
from framewell_contracts.fact_types import fact_type
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.stream import HeavyStage, Publisher
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.group_consumer import GroupConsumer, StrategyFactory
from framewell_kit.stream.consumer.permit_queue import PermitQueue
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.policy.attempts import COLLECTION, AttemptCounter
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.stream.policy.permits import ARCHIVE, LIVE, Permits
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.testing.scripted import ScriptedBroker, ScriptedPublisher
from framewell_kit.testing.virtual_time import BEGINNING, VirtualClock, run

GROUP = "transcode.make_chunk"
PLANNED = fact_type(ChunkPlanned)
PLACES = [TopicPartition(topic, 0) for topic in PLANNED.topic_names]


class TwoLaneBench:
    """A heavy stage with one permit, and those kept for live, and two lanes, as the runtime builds it."""

    def __init__(self, seconds: float, live_permits: int = 0) -> None:
        self.seconds = seconds
        self.begun: list[str] = []
        self.documents = MemoryDocuments()
        self.fatal: list[bool] = []
        clock, broker = VirtualClock(), ScriptedBroker()
        stage = HeavyStage(GROUP, self.work)
        self.quarantine = Quarantine()
        context = StreamContext(
            cast(KafkaBroker, broker),
            cast(Publisher, ScriptedPublisher()),
            clock,
            fatal=lambda: self.fatal.append(True),
            quarantine=self.quarantine,
        )
        processor = RecordProcessor(stage, "/heavy", clock, Breaker(clock))
        permits, self.attempts = Permits(1, live_permits), AttemptCounter(self.documents, GROUP)
        self.permits = permits

        def queue(priority: int) -> StrategyFactory:
            return lambda control: PermitQueue(
                context, control, processor, permits, self.attempts, priority=priority
            )

        self.members = [
            GroupConsumer(context, GROUP, [place.topic], queue(priority), max_records=1)
            for place, priority in zip(PLACES, (LIVE, ARCHIVE), strict=True)
        ]
        self.subscribers = broker.subscribers
        self.consumers = [subscriber.consumer for subscriber in broker.subscribers]

    async def work(self, fact: ChunkPlanned, cause: Cause) -> list[ChunkPlanned]:
        self.begun.append(fact.chunk_id)
        if self.seconds < 0:
            raise Busy("full", retry_after=1.0)
        await asyncio.sleep(self.seconds)
        return []

    def plan(self, lane: int, name: str) -> None:
        record = encode(Envelope(name, "/heavy", PLANNED.type, BEGINNING), ChunkPlanned(chunk_id=name))
        self.consumers[lane].append(PLACES[lane], record)

    async def start(self) -> None:
        for consumer, place, subscriber in zip(self.consumers, PLACES, self.subscribers, strict=True):
            await consumer.assign(place)
            await subscriber.start()

    async def stop(self, seconds: float) -> None:
        for member in self.members:
            member.stop_fetching()
        await asyncio.gather(*(member.drain(seconds) for member in self.members))
        for subscriber in self.subscribers:
            await subscriber.stop()
        assert self.fatal == []


def test_a_lane_that_waits_for_the_permit_stays_a_member_and_obeys_the_drain() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=100)
        await stage_bench.start()
        stage_bench.plan(ARCHIVE, "old/1")
        await asyncio.sleep(1)
        stage_bench.plan(LIVE, "live/1")  # the permit is taken: it waits
        await asyncio.sleep(5)
        for consumer in stage_bench.consumers:
            polls = consumer.polls
            assert consumer.paused() == consumer.assignment()
            await asyncio.sleep(30)
            assert consumer.polls >= polls + 29  # once a second, or the group puts it out
        assert stage_bench.begun == ["old/1"]
        before = asyncio.get_running_loop().time()
        await stage_bench.stop(2)
        assert asyncio.get_running_loop().time() - before < 5
        assert stage_bench.begun == ["old/1"]  # what waited was not begun
        assert await stage_bench.documents.count(COLLECTION, {}) == 0
        assert all(not consumer.committed for consumer in stage_bench.consumers)

    run(play())


def test_live_begins_at_once_beside_an_archive_record_that_has_every_other_permit() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=100, live_permits=1)
        await stage_bench.start()
        for name in ("old/1", "old/2"):
            stage_bench.plan(ARCHIVE, name)
        await asyncio.sleep(10)
        assert stage_bench.begun == ["old/1"]
        stage_bench.plan(LIVE, "live/1")
        await asyncio.sleep(2)
        assert stage_bench.begun == ["old/1", "live/1"]
        await asyncio.sleep(300)
        assert stage_bench.begun == ["old/1", "live/1", "old/2"]
        await stage_bench.stop(2)

    run(play())


def test_turns_below_all_records_wait_for_the_archive_and_for_live() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=10, live_permits=1)
        await stage_bench.start()

        async def campaign() -> None:
            while True:
                async with stage_bench.permits.when_idle():
                    stage_bench.begun.append("turn")
                    await asyncio.sleep(2)

        work = asyncio.ensure_future(campaign())
        await asyncio.sleep(5)
        assert stage_bench.begun == ["turn"] * 3, "nothing else is there: one turn after the other"
        for name in ("old/1", "old/2"):
            stage_bench.plan(ARCHIVE, name)
        await asyncio.sleep(21)
        assert stage_bench.begun == ["turn"] * 3 + ["old/1", "old/2"], "both, before the next turn"
        await asyncio.sleep(5)
        assert set(stage_bench.begun[5:]) == {"turn"}
        begun = len(stage_bench.begun)
        stage_bench.plan(LIVE, "live/1")
        await asyncio.sleep(1.5)
        assert "live/1" in stage_bench.begun[begun:], "live begins at once, beside a turn"
        await asyncio.sleep(8)
        assert stage_bench.begun[-1] != "turn" or stage_bench.begun[-2] == "live/1"
        await asyncio.sleep(5)
        assert stage_bench.begun[-1] == "turn", "and turns go on behind it"
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await stage_bench.stop(2)

    run(play())


@pytest.mark.slow
def test_a_record_that_is_taken_away_again_and_again_has_not_killed_its_worker() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=1000)
        await stage_bench.start()
        stage_bench.plan(ARCHIVE, "old/1")
        for _ in range(5):
            await asyncio.sleep(1)
            await stage_bench.consumers[ARCHIVE].assign()  # another member has it for a while
            await stage_bench.consumers[ARCHIVE].assign(PLACES[ARCHIVE])
            assert await stage_bench.documents.count(COLLECTION, {}) == 0
        await asyncio.sleep(6000)
        assert set(stage_bench.begun) == {"old/1"}
        assert len(stage_bench.begun) > 1  # it was begun anew, never given up as a killer
        assert stage_bench.consumers[ARCHIVE].committed == {PLACES[ARCHIVE]: 1}
        await stage_bench.stop(2)

    run(play())


def test_a_record_during_which_the_service_was_killed_twice_is_done() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=0)
        await stage_bench.start()
        for _ in range(2):
            await stage_bench.attempts.start(PLACES[LIVE].topic, 0, 0)
        stage_bench.plan(LIVE, "live/1")
        await asyncio.sleep(20)
        assert stage_bench.begun == ["live/1"]
        assert stage_bench.consumers[LIVE].committed == {PLACES[LIVE]: 1}
        await stage_bench.stop(2)

    run(play())


def test_busy_leaves_no_start_behind() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=-1)
        await stage_bench.start()
        stage_bench.plan(LIVE, "live/1")
        await asyncio.sleep(10)
        assert len(stage_bench.begun) > 5
        assert await stage_bench.documents.count(COLLECTION, {}) == 0
        stage_bench.seconds = 0
        await asyncio.sleep(2)
        assert stage_bench.consumers[LIVE].committed == {PLACES[LIVE]: 1}
        await stage_bench.stop(2)

    run(play())


def test_a_suspect_does_not_begin_beside_a_job_that_is_one_and_holds_up_nobody() -> None:
    async def play() -> None:
        stage_bench = TwoLaneBench(seconds=0)
        await stage_bench.start()
        await stage_bench.attempts.start(PLACES[ARCHIVE].topic, 0, 0)  # a worker died at it
        async with stage_bench.quarantine.job("fetch/a"):
            stage_bench.plan(ARCHIVE, "suspect")
            await asyncio.sleep(1)
            stage_bench.plan(LIVE, "live/1")
            await asyncio.sleep(60)
            assert stage_bench.begun == ["live/1"]
            assert "job fetch/a runs" in " ".join(stage_bench.members[ARCHIVE].pauses.reasons)
        await asyncio.sleep(20)
        assert stage_bench.begun == ["live/1", "suspect"]
        assert await stage_bench.documents.count(COLLECTION, {}) == 0
        await stage_bench.stop(2)

    run(play())
