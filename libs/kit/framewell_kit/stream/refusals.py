"""What the broker denies one subscription: told once, asked for again until it is granted."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from framewell_contracts.broker_reach import REFUSES, refusal
from framewell_kit.stream.delivery import Postponed
from framewell_kit.stream.patience import PatientConsumer
from framewell_kit.telemetry import logger

if TYPE_CHECKING:
    from framewell_kit.stream.broadcast import BroadcastFeed
    from framewell_kit.stream.feed import Feed

log = logger(__name__)

LOOK_SECONDS = 1.0
# A refused topic is asked for again so often. It counts as granted when the answer to that was not no.
ASK_SECONDS = 5.0
GRANTED_SECONDS = ASK_SECONDS + 2 * LOOK_SECONDS


class Refusals:
    """The refused topics of one reader, and why it is no member of its group if it is none."""

    def __init__(self, reader: str, consumer: Callable[[], PatientConsumer | None]) -> None:
        self._reader, self._consumer = reader, consumer
        self._topics: set[str] = set()
        self.expelled = ""

    @property
    def reasons(self) -> list[str]:
        """A sentence for everything that is refused now."""
        topics = [_no_right_to(topic) for topic in sorted(self._topics)]
        return [self.expelled, *topics] if self.expelled else topics

    def look(self) -> set[str]:
        """The topics that are refused now; says so when that changes."""
        consumer = self._consumer()
        refused = consumer.refused(GRANTED_SECONDS) if consumer is not None else self._topics
        for topic in refused - self._topics:
            log.error(
                "the broker refuses a topic, it is asked for again",
                reader=self._reader,
                topic=topic,
                reason=_no_right_to(topic),
            )
        for topic in self._topics - refused:
            log.info("the broker no longer refuses a topic", reader=self._reader, topic=topic)
        self._topics = set(refused)
        return refused


def told(feed: "Feed") -> list[str]:
    """What the broker refuses a stage: to read, and to write where a partition waits for that."""
    writing = {reason for reason in feed.gate.reasons if reason.startswith(REFUSES)}
    return [*feed.refusals.reasons, *sorted(writing - set(feed.refusals.reasons))]


async def watch_broadcast(broadcast: "BroadcastFeed") -> None:
    """Tell what may not be read; ends by cancellation."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        broadcast.refusals.look()


async def watch(feed: "Feed") -> None:
    """Pause what may not be read, come back to a group that has put us out; ends by cancellation."""
    while not feed.stopping:
        await asyncio.sleep(LOOK_SECONDS)
        refused = feed.refusals.look()
        for holding in list(feed.holdings.values()):
            if holding.partition.topic in refused and not holding.blocked:
                feed.postpone(holding, Postponed(ASK_SECONDS, _no_right_to(holding.partition.topic)))
        consumer = feed.subscriber.consumer
        if consumer is not None and consumer.expelled:
            await _come_back(feed, consumer.expelled)


async def _come_back(feed: "Feed", reason: str) -> None:
    """Take a new consumer until the group lets it in: a member that was put out stays out for good."""
    feed.refusals.expelled = reason
    log.error("the broker puts us out of a group, it is asked again", group=feed.group, reason=reason)
    await feed.on_partitions_revoked([holding.partition for holding in feed.holdings.values()])
    while not feed.stopping:
        try:
            await feed.subscriber.stop()
            await feed.subscriber.start()
        except KafkaError as error:
            feed.refusals.expelled = refusal(error) or f"cannot come back into its group: {error!r}"
            await asyncio.sleep(ASK_SECONDS)
        else:
            feed.refusals.expelled = ""
            log.info("back in the group", group=feed.group)
            return


def _no_right_to(topic: str) -> str:
    return refusal(TopicAuthorizationFailedError(topic))
