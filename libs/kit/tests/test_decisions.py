"""Decide once: what the first delivery published is what every later one says, byte for byte."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from aiokafka import TopicPartition

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.cloudevents import Envelope, Record, encode
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents import Documents
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected
from framewell_kit.stream import Stage
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Processed
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.testing.clocks import HeldClock

FIRST = [Record("t", b"k", b"one", [("ce_id", b"1"), ("h", b"\xff")])]
SECOND = [Record("t", b"k", b"two", [("ce_id", b"2")])]


async def test_the_first_decision_holds(documents: Documents) -> None:
    log = DecisionLog(documents)
    assert await log.recall("g", "c") is None
    assert await log.keep("g", "c", FIRST) == FIRST
    assert await log.keep("g", "c", SECOND) == FIRST
    assert await log.recall("g", "c") == FIRST
    assert await log.keep("other", "c", SECOND) == SECOND


async def test_to_say_nothing_is_a_decision_too(documents: Documents) -> None:
    log = DecisionLog(documents)
    assert await log.keep("g", "c", []) == []
    assert await log.recall("g", "c") == []
    assert await log.keep("g", "c", SECOND) == []


async def test_of_many_at_once_one_decides(documents: Documents) -> None:
    logs = [DecisionLog(documents) for _ in range(8)]
    minds = [[Record("t", b"k", b"%d" % n, [("ce_id", b"%d" % n)])] for n in range(8)]
    published = await asyncio.gather(
        *[log.keep("g", "c", mind) for log, mind in zip(logs, minds, strict=True)]
    )
    assert published == [published[0]] * 8
    assert published[0] in minds


class ChangesItsMind:
    """Says something else at every delivery."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        self.calls += 1
        return [
            AssetRejected(work=Work(asset_id=fact.asset_id), detail=f"mind {n}") for n in range(self.calls)
        ]


async def test_a_redelivery_publishes_the_bytes_of_the_first_delivery(documents: Documents) -> None:
    handler, clock = ChangesItsMind(), HeldClock()
    stage = Stage("ingest.accept_request", handler, decide_once=DecisionLog(documents))
    published = []
    for restarted in range(3):
        processor = RecordProcessor(stage, "/test", clock, Breaker(clock))
        published.append(await processor.process(a_delivery(offset=restarted)))
        clock.advance(3600)
    assert published == [published[0]] * 3
    assert isinstance(published[0], Processed)
    assert [AssetRejected.FromString(record.value).detail for record in published[0].records] == ["mind 0"]
    assert handler.calls == 1


async def test_what_was_done_all_the_same_is_published_beside_the_dead_letter() -> None:
    async def refuse(fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        done = AssetRejected(work=Work(asset_id=fact.asset_id), detail="half of it")
        raise Rejected("the other half may not be done", code="forbidden", facts=[done])

    clock = HeldClock()
    processor = RecordProcessor(Stage("ingest.accept_request", refuse), "/test", clock, Breaker(clock))
    processed = await processor.process(a_delivery(offset=0))
    assert isinstance(processed, Processed)
    letter, fact = processed.records[:2]
    assert letter.topic == "ingest.accept_request.dead-letter"
    assert AssetRejected.FromString(fact.value).detail == "half of it"


def a_delivery(offset: int) -> ConsumedRecord:
    """The same event, wherever it was read."""
    topic = "framewell.ingest.requested.v1"
    envelope = Envelope("event", "/test", topic, datetime(2026, 1, 1, tzinfo=UTC), "a")
    record = encode(envelope, IngestRequested(asset_id="a"))
    assigned = AssignedPartition(TopicPartition(topic, 0), "")
    return ConsumedRecord(assigned, offset, topic, record.key, record.value, record.headers, 0, None)
