"""Watches the consumers: what may not be read is paused, one that will not read any more is replaced."""

import asyncio
from typing import TYPE_CHECKING, Any

from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.aiokafka_compat.client_health import consumer_ended
from framewell_kit.stream.consumer.denials import ASK_SECONDS, LOOK_SECONDS, no_right_to
from framewell_kit.stream.consumer.record import Postponed
from framewell_kit.telemetry import logger

if TYPE_CHECKING:
    from framewell_kit.stream.consumer.broadcast import BroadcastConsumer
    from framewell_kit.stream.consumer.group_consumer import GroupConsumer

log = logger(__name__)


async def watch(feed: "GroupConsumer") -> None:
    """Watch the consumer of a group; ends by cancellation."""
    while not feed.stopping:
        await asyncio.sleep(LOOK_SECONDS)
        refused = feed.refusals.look()
        for holding in list(feed.holdings.values()):
            if holding.partition.topic in refused and not holding.blocked:
                feed.postpone(holding, Postponed(ASK_SECONDS, no_right_to(holding.partition.topic)))
        consumer = feed.subscriber.consumer
        reason = "" if consumer is None else consumer.expelled or consumer_ended(consumer)
        if reason:
            feed.refusals.outside = reason
            log.error(
                "a consumer is out of its group, another takes its place", group=feed.group, reason=reason
            )
            await feed.on_partitions_revoked([holding.partition for holding in feed.holdings.values()])
            await _replace(feed)
            log.info("back in the group", group=feed.group)


async def watch_broadcast(broadcast: "BroadcastConsumer") -> None:
    """Watch a consumer without a group; ends by cancellation.

    One that is replaced reads again from the beginning, as after a start of the process.
    """
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        broadcast.refusals.look()
        consumer = broadcast.subscriber.consumer
        reason = "" if consumer is None else consumer_ended(consumer)
        if reason:
            broadcast.refusals.outside = reason
            log.error(
                "a consumer reads no more, another takes its place", topics=broadcast.topics, reason=reason
            )
            await _replace(broadcast)


async def _replace(reader: Any) -> None:
    """Take a new consumer until one could be started: an old one cannot be mended."""
    while True:
        try:
            await reader.subscriber.stop()
            await reader.subscriber.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would try again
            reader.refusals.outside = refusal(error) or f"no consumer could be started: {error!r}"
            await asyncio.sleep(ASK_SECONDS)
        else:
            reader.refusals.outside = ""
            return
