"""Gauges of the streams of one process, brought up to date every few seconds: nothing is paid per record."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.errors import KafkaError

from framewell_kit.clock import Clock
from framewell_kit.stream.consumer.broadcast import BroadcastConsumer
from framewell_kit.stream.consumer.group_consumer import GroupConsumer
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.telemetry.metrics import BREAKER_OPEN, CAUGHT_UP, LAG_RECORDS, LAG_SECONDS, PAUSED


async def measure(
    consumers: Iterable[GroupConsumer],
    broadcasts: Iterable[BroadcastConsumer],
    breakers: Mapping[str, Breaker],
    clock: Clock,
) -> int:
    """Set every gauge; return the number of records not handled. Never raises for a broker that is away."""
    behind, paused = 0, dict.fromkeys(breakers, 0)
    for consumer in consumers:
        behind += await _lag(consumer, int(clock.now().timestamp() * 1000))
        paused[consumer.group] += len(consumer.pauses.paused())
    for group, count in paused.items():
        PAUSED.set(count, {"group": group})
    for group, breaker in breakers.items():
        state = 1.0 if breaker.is_open else 0.5 if breaker.half_open else 0.0
        BREAKER_OPEN.set(state, {"group": group})
    for broadcast in broadcasts:
        for topic in broadcast.topics:
            CAUGHT_UP.set(float(broadcast.caught_up.is_set()), {"topic": topic})
    return behind


async def _lag(member: GroupConsumer, now_ms: int) -> int:
    """Set the lag of each topic, summed over the partitions assigned here; 0 where none is."""
    records = dict.fromkeys(member.topics, 0)
    oldest = dict.fromkeys(member.topics, now_ms)
    ends = await _ends(member)
    for assigned in list(member.partitions):
        end = ends.get(assigned.partition)
        first = assigned.offsets.committable()
        if end is None or (first is None and (first := await _position(member, assigned.partition)) is None):
            continue
        written_ms = assigned.ages.oldest_ms(first, end, now_ms)
        if written_ms is not None:
            records[assigned.topic] += end - first
            oldest[assigned.topic] = min(oldest[assigned.topic], written_ms)
    for topic in member.topics:
        labels = {"group": member.group, "topic": topic}
        LAG_RECORDS.set(records[topic], labels)
        LAG_SECONDS.set((now_ms - oldest[topic]) / 1000, labels)
    return sum(records.values())


async def _ends(member: GroupConsumer) -> dict[Any, int]:
    """Return the ends of the partitions: as the last fetch had them, asked now for those that are paused."""
    consumer = member.subscriber.consumer
    if consumer is None:
        return {}
    assigned = consumer.assignment() & member.assignment.partitions.keys()
    known = {one: end for one in assigned if (end := consumer.highwater(one)) is not None}
    unfetched = consumer.paused() & assigned
    if unfetched:
        try:
            async with asyncio.timeout(member.context.timing.lag):
                known |= await consumer.end_offsets(list(unfetched))
        except (KafkaError, TimeoutError):
            return known
    return known


async def _position(member: GroupConsumer, partition: Any) -> int | None:
    """Return where reading begins in a partition of which nothing was read yet; None when unknown."""
    try:
        async with asyncio.timeout(member.context.timing.lag):
            return int(await member.subscriber.consumer.position(partition))
    except (KafkaError, TimeoutError, AttributeError):
        return None
