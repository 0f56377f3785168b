"""Watches the consumers: what may not be read is paused, one that will not read any more is replaced."""

import asyncio
from typing import Any

from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.aiokafka_compat.client_health import consumer_ended
from framewell_kit.stream.consumer.broadcast import BroadcastConsumer
from framewell_kit.stream.consumer.denials import Denials, no_right_to
from framewell_kit.stream.consumer.group_consumer import GroupConsumer
from framewell_kit.stream.consumer.record import Postponed
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)


async def watch(member: GroupConsumer) -> None:
    """Watch the consumer of a group; ends by cancellation."""
    timing = member.context.timing
    while not member.stopping:
        await asyncio.sleep(timing.watch)
        denied = member.denials.look()
        for assigned in list(member.partitions):
            if assigned.partition.topic in denied and not assigned.blocked:
                reason = no_right_to(assigned.partition.topic)
                member.postpone(assigned, Postponed(timing.denied, reason))
        consumer = member.subscriber.consumer
        reason = "" if consumer is None else consumer.expelled or consumer_ended(consumer)
        if reason:
            member.denials.outage = reason
            log.error(
                "a consumer is out of its group, another takes its place", group=member.group, reason=reason
            )
            await member.on_partitions_revoked([assigned.partition for assigned in member.partitions])
            await _replace(member.subscriber, member.denials, timing)
            log.info("back in the group", group=member.group)


async def watch_broadcast(broadcast: BroadcastConsumer, timing: StreamTiming) -> None:
    """Watch a consumer without a group; ends by cancellation.

    One that is replaced reads again from the beginning, as after a start of the process.
    """
    while True:
        await asyncio.sleep(timing.watch)
        broadcast.denials.look()
        consumer = broadcast.subscriber.consumer
        reason = "" if consumer is None else consumer_ended(consumer)
        if reason:
            broadcast.denials.outage = reason
            log.error(
                "a consumer reads no more, another takes its place", topics=broadcast.topics, reason=reason
            )
            await _replace(broadcast.subscriber, broadcast.denials, timing)


async def _replace(subscriber: Any, denials: Denials, timing: StreamTiming) -> None:
    """Start a new consumer until one could be started: an old one cannot be repaired."""
    while True:
        try:
            await subscriber.stop()
            await subscriber.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would try again
            denials.outage = refusal(error) or f"no consumer could be started: {error!r}"
            await asyncio.sleep(timing.denied)
        else:
            denials.outage = ""
            return
