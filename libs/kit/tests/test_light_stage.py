"""Single moments of the light stage, scripted: slow keys, brokers away, drains, early retries, breaker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest import mock

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, NotYet
from framewell_kit.stream.consumer.key_queues import KeyQueues
from framewell_kit.stream.policy.breaker import HALF_OPEN_AFTER_SECONDS
from framewell_kit.stream.timing import StreamLimits, StreamTiming
from framewell_kit.testing.key_queues import REQUESTED, RETRY, KeyQueueBench
from framewell_kit.testing.virtual_time import run

FIRST, SECOND = TopicPartition(REQUESTED, 0), TopicPartition(REQUESTED, 1)
NEVER = float("inf")
TIMING, LIMITS = StreamTiming(), StreamLimits()


@asynccontextmanager
async def playing(bench: KeyQueueBench) -> AsyncIterator[KeyQueueBench]:
    await bench.consumer.assign(FIRST, SECOND, RETRY)
    await bench.subscriber.start()
    yield bench
    await bench.subscriber.stop()
    assert bench.violations == []
    assert bench.fatal == []


async def at_once(fact: IngestRequested, cause: Cause) -> None:
    return None


@pytest.mark.slow
def test_a_key_that_hangs_holds_up_only_itself_and_nothing_grows() -> None:
    async def hangs_on_a(fact: IngestRequested, cause: Cause) -> None:
        if fact.asset_id == "a":
            await asyncio.sleep(60)

    async def play() -> None:
        bench = KeyQueueBench(hangs_on_a)
        for number in range(20_000):
            bench.request(0, "a" if number % 2 else f"b{number}", number)
            bench.request(1, f"c{number}", number)
        async with playing(bench):
            most = 0
            for _ in range(590):
                await asyncio.sleep(0.1)
                most = max(most, bench.member.strategy.in_flight)
                for assigned in bench.member.partitions:
                    assert assigned.offsets.remembered <= LIMITS.ahead + LIMITS.poll
            assert most <= LIMITS.room + LIMITS.poll + 1
            assert bench.consumer.committed[SECOND] == 20_000  # the other partition never waited
            assert bench.consumer.committed[FIRST] == 1
            assert 100 < sum(name.startswith("b") for name in bench.ended) <= LIMITS.ahead + LIMITS.poll
            bench.member.stop_fetching()

    run(play())


def test_handling_goes_on_while_acknowledgements_are_awaited_but_not_without_bound() -> None:
    async def play() -> None:
        bench = KeyQueueBench(at_once, concurrency=64)
        bench.publisher.ack = lambda _: NEVER
        for number in range(5000):
            bench.request(0, f"k{number}", number)
        async with playing(bench):
            await asyncio.sleep(60)
            assert LIMITS.room < bench.member.strategy.in_flight <= LIMITS.room + LIMITS.poll
            assert FIRST not in bench.consumer.committed
            polls = bench.consumer.polls
            await asyncio.sleep(10)
            assert bench.consumer.polls > polls  # held, and still a member of the group
            bench.member.stop_fetching()
            with pytest.raises(TimeoutError):
                await bench.member.drain(5)

    run(play())


def test_a_drain_waits_for_acknowledgements_commits_and_begins_nothing_new() -> None:
    async def slow(fact: IngestRequested, cause: Cause) -> None:
        await asyncio.sleep(0.3)

    async def play() -> None:
        bench = KeyQueueBench(slow, concurrency=2)
        bench.publisher.ack = lambda _: 0.5
        for number in range(50):
            bench.request(0, f"k{number}", number)
        async with playing(bench):
            await asyncio.sleep(0.1)
            bench.member.stop_fetching()
            await bench.member.drain(5)
            assert bench.attempts.total() == 2
            assert bench.consumer.committed[FIRST] == 2

    run(play())


def test_a_partition_that_is_taken_away_is_finished_and_committed_first() -> None:
    async def slow(fact: IngestRequested, cause: Cause) -> None:
        await asyncio.sleep(0.3)

    async def play() -> None:
        bench = KeyQueueBench(slow, concurrency=2)
        bench.publisher.ack = lambda _: 0.5
        for number in range(50):
            bench.request(0, f"k{number}", number)
        async with playing(bench):
            await asyncio.sleep(0.1)
            await bench.consumer.assign(SECOND, RETRY)
            assert bench.consumer.committed[FIRST] == 2
            assert bench.attempts.total() == 2
            await bench.consumer.assign(FIRST, SECOND, RETRY)
            await asyncio.sleep(60)
            assert bench.all_done()
            assert bench.attempts.total() == 50  # nothing was done twice
            bench.member.stop_fetching()

    run(play())


def test_a_handler_that_outlasts_a_rebalance_does_not_end_the_process() -> None:
    async def endless(fact: IngestRequested, cause: Cause) -> None:
        await asyncio.sleep(100 if bench.attempts[fact.uri] == 1 else 0)

    bench: KeyQueueBench

    async def play() -> None:
        nonlocal bench
        bench = KeyQueueBench(endless)
        bench.request(0, "a", 0)
        await bench.consumer.assign(FIRST, RETRY)
        await bench.subscriber.start()
        await asyncio.sleep(1)
        await bench.consumer.assign(FIRST, RETRY)  # given back to us, while we are still at it
        await asyncio.sleep(200)
        assert bench.all_done()
        assert bench.fatal == []
        assert bench.attempts["a/0"] == 2
        bench.member.stop_fetching()
        await bench.subscriber.stop()

    run(play())


def test_a_partition_is_read_on_although_taking_it_away_failed() -> None:
    async def play() -> None:
        bench = KeyQueueBench(at_once)
        bench.request(0, "a", 0)
        async with playing(bench):
            with mock.patch.object(bench.member, "until", side_effect=RuntimeError("as no wait should end")):
                await bench.consumer.assign(FIRST, RETRY)
            bench.request(0, "a", 1)
            await asyncio.sleep(60)
            assert bench.all_done()
            assert bench.consumer.committed[FIRST] == 2
            bench.member.stop_fetching()

    run(play())


def test_a_commit_that_hangs_holds_up_neither_later_ones_nor_a_rebalance_for_ever() -> None:
    async def hang(offsets: dict[TopicPartition, int]) -> None:
        await asyncio.sleep(NEVER)

    async def play() -> None:
        bench = KeyQueueBench(at_once)
        bench.request(0, "a", 0)
        async with playing(bench):
            with mock.patch.object(bench.consumer, "commit", hang):
                await asyncio.sleep(1)
                async with asyncio.timeout(TIMING.rebalance + 0.1):
                    await bench.consumer.assign(FIRST, RETRY)
                bench.request(0, "a", 1)
                await asyncio.sleep(TIMING.commit / 2)
                assert bench.ended == {"a/0", "a/1"}
            await asyncio.sleep(TIMING.commit)
            assert bench.consumer.committed[FIRST] == 2
            bench.member.stop_fetching()

    run(play())


def test_a_commit_that_meets_what_nobody_expects_is_covered_by_the_next() -> None:
    async def play() -> None:
        bench = KeyQueueBench(at_once)
        bench.request(0, "a", 0)
        bench.consumer.refuse_commit = RuntimeError("a task of the client ended")
        async with playing(bench):
            await asyncio.sleep(1)
            assert FIRST not in bench.consumer.committed
            bench.consumer.refuse_commit = None
            bench.request(0, "a", 1)
            await asyncio.sleep(1)
            assert bench.consumer.committed[FIRST] == 2
            bench.member.stop_fetching()

    run(play())


def test_a_handler_that_meets_a_cancellation_not_its_own_has_failed_like_any_other() -> None:
    async def waits_for_what_is_cancelled(fact: IngestRequested, cause: Cause) -> None:
        if fact.asset_id == "a":
            gone = asyncio.get_running_loop().create_future()
            gone.cancel()
            await gone

    async def play() -> None:
        bench = KeyQueueBench(waits_for_what_is_cancelled)
        bench.request(0, "a", 0)
        bench.request(0, "b", 0)
        async with playing(bench):
            await asyncio.sleep(60)
            assert bench.all_done()
            assert bench.consumer.committed[FIRST] == 2
            assert len(bench.dead) == 1
            bench.member.stop_fetching()

    run(play())


def test_records_that_take_the_offsets_of_lost_ones_are_handled() -> None:
    async def play() -> None:
        bench = KeyQueueBench(at_once)
        for number in range(100):
            bench.request(0, "a", number)
        async with playing(bench):
            await asyncio.sleep(5)
            assert bench.consumer.committed[FIRST] == 100
            bench.consumer.lose_end(FIRST, 60)
            for number in range(100, 120):
                bench.request(0, "b", number)
            await asyncio.sleep(5)
            assert bench.ended >= {f"b/{number}" for number in range(100, 120)}
            assert bench.consumer.committed[FIRST] == 80
            bench.member.stop_fetching()

    run(play())


def test_facts_that_are_not_acknowledged_are_sent_again_and_the_producer_is_told() -> None:
    async def play() -> None:
        bench = KeyQueueBench(at_once)
        answers = iter([KafkaError("away"), KafkaError("away")])
        bench.publisher.ack = lambda _: next(answers, 0.002)
        for number in range(10):
            bench.request(0, f"k{number}", number)
        async with playing(bench):
            await asyncio.sleep(0.5)
            assert bench.member.pauses.reasons == ["the broker did not acknowledge: KafkaError('away')"]
            await asyncio.sleep(5)
            assert bench.all_done()
            assert len(bench.publisher.recovered) == 2
            assert sorted(bench.attempts.values())[-3:] == [1, 2, 2]  # only those two were done again
            bench.member.stop_fetching()

    run(play())


def test_a_retry_that_is_due_late_does_not_hold_back_one_that_is_due_soon() -> None:
    begun: list[tuple[str, float]] = []

    async def not_yet(fact: IngestRequested, cause: Cause) -> None:
        if cause.attempt == 1:
            raise NotYet("later", retry_after=25.0 if fact.asset_id == "late" else 0.5)
        begun.append((fact.asset_id, asyncio.get_running_loop().time()))

    async def play() -> None:
        bench = KeyQueueBench(not_yet)
        bench.request(0, "late", 0)
        async with playing(bench):
            await asyncio.sleep(1)
            bench.request(0, "soon", 1)
            await asyncio.sleep(60)
            assert bench.all_done()
            bench.member.stop_fetching()
        (first, soon), (second, late) = begun
        assert (first, second) == ("soon", "late")
        assert soon < 3
        assert 25 <= late < 26

    run(play())


def test_half_open_the_breaker_lets_one_record_be_tried() -> None:
    async def broken(fact: IngestRequested, cause: Cause) -> None:
        await asyncio.sleep(0.2)
        if not mended:
            raise RuntimeError("broken")

    mended = False

    async def play() -> None:
        nonlocal mended
        bench = KeyQueueBench(broken, concurrency=16)
        bench.breaker.restore(bench.member.context.clock.now().timestamp())
        for number in range(40):
            bench.request(number % 2, f"k{number}", number)
        async with playing(bench):
            await asyncio.sleep(HALF_OPEN_AFTER_SECONDS - 1)
            assert bench.attempts.total() == 0
            await asyncio.sleep(5)
            assert len(bench.attempts) == 1  # tried in place, alone, and found broken
            assert bench.breaker.is_open
            mended = True
            await asyncio.sleep(HALF_OPEN_AFTER_SECONDS + 10)
            assert bench.all_done()
            bench.member.stop_fetching()

    run(play())


def test_busy_keeps_its_key_in_order_and_the_longer_of_two_waits_holds() -> None:
    waits = {"a": [0.3], "b": [5.0]}

    async def busy(fact: IngestRequested, cause: Cause) -> None:
        await asyncio.sleep(0.01 if fact.asset_id == "b" else 0.02)
        if waits.get(fact.asset_id):
            raise Busy("busy", retry_after=waits[fact.asset_id].pop())

    async def play() -> None:
        bench = KeyQueueBench(busy)
        for number in range(30):
            bench.request(0, "ab"[number % 2], number)
        async with playing(bench):
            await asyncio.sleep(4)
            assert bench.attempts == {"a/0": 1, "b/1": 1}
            await asyncio.sleep(10)
            assert bench.all_done()
            bench.member.stop_fetching()

    run(play())


@pytest.mark.parametrize("records", [1, 500])
def test_more_workers_are_employed_only_when_handlers_wait(records: int) -> None:
    async def play() -> None:
        bench = KeyQueueBench(at_once, concurrency=64)
        tasks = 0
        real = KeyQueues._work

        async def counted(self: KeyQueues) -> None:
            nonlocal tasks
            tasks += 1
            await real(self)

        for number in range(records):
            bench.request(0, f"k{number}", number)
        with mock.patch.object(KeyQueues, "_work", counted):
            async with playing(bench):
                await asyncio.sleep(1)
                assert bench.all_done()
                bench.member.stop_fetching()
        assert tasks <= 1 + records // 8

    run(play())
