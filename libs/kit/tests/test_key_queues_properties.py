"""The real light stage under any interleaving of ends, failures, lost acknowledgements and rebalances."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError, OutOfOrderSequenceNumber
from hypothesis import given, settings
from hypothesis import strategies as st

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.cloudevents import Record
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.consumer.in_flight import Acks, InFlight
from framewell_kit.stream.consumer.key_queues import KeyQueues
from framewell_kit.stream.consumer.record import ConsumedRecord
from framewell_kit.stream.timing import StreamLimits
from framewell_kit.testing.key_queues import REQUESTED, RETRY, KeyQueueBench
from framewell_kit.testing.virtual_time import run

BOTH = (TopicPartition(REQUESTED, 0), TopicPartition(REQUESTED, 1))
LONG_ENOUGH = 300.0
PATIENCE = 3600.0

OUTCOMES = st.sampled_from(["at once", "at once", "soon", "slow", "busy", "not yet", "rejected", "fails"])
ACKS = st.sampled_from(["soon", "soon", "soon", "late", "lost", "sequence lost"])
EVENTS = st.sampled_from(
    ["take away 0", "take away 1", "take all away", "give back", "refuse commits", "allow"]
)
REQUESTS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from("ab")), min_size=1, max_size=24)


class Script:
    """What happens, in the order in which it is asked for; everything is well when the script is over."""

    def __init__(self, outcomes: list[str], acks: list[str]) -> None:
        self.outcomes, self.acks = iter(outcomes), iter(acks)

    async def answer(self, fact: IngestRequested, cause: Cause) -> None:
        match next(self.outcomes, "at once"):
            case "soon":
                await asyncio.sleep(0.001)
            case "slow":
                await asyncio.sleep(0.7)
            case "busy":
                raise Busy("busy", retry_after=0.3)
            case "not yet":
                raise NotYet("not yet", retry_after=0.4)
            case "rejected":
                raise Rejected("never")
            case "fails":
                raise RuntimeError("a bug")

    def ack(self, record: Record) -> float | KafkaError:
        match next(self.acks, "soon"):
            case "late":
                return 0.9
            case "lost":
                return KafkaError("lost")
            case "sequence lost":
                return OutOfOrderSequenceNumber()
        return 0.002


# Bounds so small that a few records reach them.
SMALL = StreamLimits(room=5, ahead=8, delayed=2, yield_after=3)


async def happen(bench: KeyQueueBench, events: list[tuple[float, str]]) -> None:
    held = {*BOTH, RETRY}
    await bench.consumer.assign(*held)
    for pause, event in events:
        await asyncio.sleep(pause)
        match event.split():
            case ["take", "away", number]:
                held.discard(BOTH[int(number)])
            case ["take", "all", "away"]:
                held.clear()
            case ["give", "back"]:
                held = {*BOTH, RETRY}
            case ["refuse", "commits"]:
                bench.consumer.refuse_commit = CommitFailedError()
                continue
            case ["allow"]:
                bench.consumer.refuse_commit = None
                continue
        await bench.consumer.assign(*held)
    bench.consumer.refuse_commit = None
    await bench.consumer.assign(*BOTH, RETRY)


async def play(
    bench: KeyQueueBench, requests: list[tuple[int, str]], events: list[tuple[float, str]], *, polled: int = 3
) -> None:
    bench.consumer.max_records = polled
    for number, (partition, key) in enumerate(requests):
        bench.request(partition, key, number)
    await bench.subscriber.start()
    try:
        await happen(bench, events)
        async with asyncio.timeout(LONG_ENOUGH):
            while not bench.all_done() and not bench.violations:
                await asyncio.sleep(0.5)
                await bench.member.commit()  # one that was refused is covered by the next
    finally:
        bench.member.stop_fetching()
        await bench.member.drain(PATIENCE)
        await bench.subscriber.stop()


@pytest.mark.slow
@settings(max_examples=300)
@given(
    requests=REQUESTS,
    outcomes=st.lists(OUTCOMES, max_size=30),
    acks=st.lists(ACKS, max_size=30),
    events=st.lists(st.tuples(st.floats(0, 1.5), EVENTS), max_size=6),
    concurrency=st.integers(1, 4),
    polled=st.integers(1, 6),
)
def test_in_any_interleaving_order_holds_and_nothing_is_lost_or_committed_too_early(  # noqa: PLR0917
    requests: list[tuple[int, str]],
    outcomes: list[str],
    acks: list[str],
    events: list[tuple[float, str]],
    concurrency: int,
    polled: int,
) -> None:
    async def played() -> KeyQueueBench:
        script = Script(outcomes, acks)
        bench = KeyQueueBench(script.answer, concurrency=concurrency, limits=SMALL)
        bench.publisher.ack = script.ack
        await play(bench, requests, events, polled=polled)
        return bench

    bench = run(played())
    assert bench.violations == []
    assert bench.fatal == []
    assert bench.all_done()
    assert bench.member.strategy.in_flight == 0


class ForgetsOrder(KeyQueues):
    """Broken on purpose: every record has a key of its own."""

    async def submit(self, records: Sequence[ConsumedRecord]) -> None:
        await super().submit([record._replace(key=b"") for record in records])


class CommitsTooEarly(KeyQueues):
    """Broken on purpose: a record counts as finished when it is sent, not when that is acknowledged."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sent = SentIsEnough(self._control, self._context.publisher, self._timing, self._committed)


class SentIsEnough(InFlight):
    def add(self, record: ConsumedRecord, acks: Acks, trace: str | None = None) -> None:
        super().add(record, (), trace)


class ForgetsToRewind(KeyQueues):
    """Broken on purpose: what is given back is not read again."""

    def __init__(self, context: Any, control: Any, *arguments: Any) -> None:
        super().__init__(context, control, *arguments)
        pauses = control.assignment.pauses
        real = pauses.postpone
        pauses.postpone = lambda partition, _, seconds, reason: real(partition, None, seconds, reason)


A_LOT = [(number % 2, "ab"[number % 3 % 2]) for number in range(24)]


@pytest.mark.parametrize(
    ("broken", "outcomes", "acks", "violation"),
    [
        (ForgetsOrder, ["slow", "at once"] * 8, [], "began before"),
        (CommitsTooEarly, [], ["late", "lost"] * 8, "committed past"),
        (ForgetsToRewind, ["busy", "at once"] * 8, [], "began before"),
    ],
)
def test_a_broken_stage_is_caught(
    broken: type[KeyQueues], outcomes: list[str], acks: list[str], violation: str
) -> None:
    async def played() -> KeyQueueBench:
        script = Script(outcomes, acks)
        bench = KeyQueueBench(script.answer, strategy=broken, limits=SMALL)
        bench.publisher.ack = script.ack
        await play(bench, A_LOT, [])
        return bench

    assert any(violation in found for found in run(played()).violations)
