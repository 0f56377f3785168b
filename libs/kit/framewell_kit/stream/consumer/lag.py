"""Gauges of the streams of one process, brought up to date every few seconds: nothing is paid per record."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaError

from framewell_kit.clock import Clock
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.telemetry.metrics import BREAKER_OPEN, CAUGHT_UP, LAG_RECORDS, LAG_SECONDS, PAUSED

if TYPE_CHECKING:
    from framewell_kit.stream.consumer.broadcast import BroadcastConsumer
    from framewell_kit.stream.consumer.group_consumer import GroupConsumer

# The broker is asked for the ends of partitions that are not fetched; it is given so long to answer.
ANSWER_SECONDS = 2.0


async def measure(
    feeds: "Iterable[GroupConsumer]",
    broadcasts: "Iterable[BroadcastConsumer]",
    breakers: Mapping[str, Breaker],
    clock: Clock,
) -> int:
    """Set every gauge; the number of records not handled. Never raises for a broker that is away."""
    behind, paused = 0, dict.fromkeys(breakers, 0)
    for feed in feeds:
        behind += await _lag(feed, int(clock.now().timestamp() * 1000))
        paused[feed.group] += len(feed.gate.paused())
    for group, count in paused.items():
        PAUSED.set(count, {"group": group})
    for group, breaker in breakers.items():
        state = 1.0 if breaker.is_open else 0.5 if breaker.half_open else 0.0
        BREAKER_OPEN.set(state, {"group": group})
    for broadcast in broadcasts:
        for topic in broadcast.topics:
            CAUGHT_UP.set(float(broadcast.caught_up.is_set()), {"topic": topic})
    return behind


async def _lag(feed: "GroupConsumer", now_ms: int) -> int:
    """Per topic, summed over the partitions this process has; 0 for a topic of which it has none."""
    records = dict.fromkeys(feed.topics, 0)
    oldest = dict.fromkeys(feed.topics, now_ms)
    ends = await _ends(feed)
    for partition, holding in list(feed.holdings.items()):
        end = ends.get(partition)
        first_open = holding.ledger.committable()
        if end is None or (first_open is None and (first_open := await _position(feed, partition)) is None):
            continue
        written_ms = holding.ages.oldest_ms(first_open, end, now_ms)
        if written_ms is not None:
            records[holding.topic] += end - first_open
            oldest[holding.topic] = min(oldest[holding.topic], written_ms)
    for topic in feed.topics:
        labels = {"group": feed.group, "topic": topic}
        LAG_RECORDS.set(records[topic], labels)
        LAG_SECONDS.set((now_ms - oldest[topic]) / 1000, labels)
    return sum(records.values())


async def _ends(feed: "GroupConsumer") -> dict[Any, int]:
    """Where the partitions end: as the last fetch said, or, of those that are not fetched, as asked now."""
    consumer = feed.subscriber.consumer
    if consumer is None:
        return {}
    ours = consumer.assignment() & feed.holdings.keys()
    known = {one: end for one in ours if (end := consumer.highwater(one)) is not None}
    unfetched = consumer.paused() & ours
    if unfetched:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                known |= await consumer.end_offsets(list(unfetched))
        except (KafkaError, TimeoutError):
            return known
    return known


async def _position(feed: "GroupConsumer", partition: Any) -> int | None:
    """Where reading will begin in a partition of which nothing was read yet; None while that is not known."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return int(await feed.subscriber.consumer.position(partition))
    except (KafkaError, TimeoutError, AttributeError):
        return None
