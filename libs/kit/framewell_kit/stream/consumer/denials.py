"""What the broker denies one subscription: told once, asked for again until it is granted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiokafka.errors import TopicAuthorizationFailedError

from framewell_kafka.broker_reach import REFUSES, refusal
from framewell_kit.stream.consumer.start import LongPollConsumer
from framewell_kit.telemetry import logger

if TYPE_CHECKING:
    from framewell_kit.stream.consumer.group_consumer import GroupConsumer

log = logger(__name__)

LOOK_SECONDS = 1.0
# A refused topic is asked for again so often. It counts as granted when the answer to that was not no.
ASK_SECONDS = 5.0
GRANTED_SECONDS = ASK_SECONDS + 2 * LOOK_SECONDS


class Denials:
    """The refused topics of one reader; `outside` is why it reads nothing at all, empty while it does."""

    def __init__(self, reader: str, consumer: Callable[[], LongPollConsumer | None]) -> None:
        self._reader, self._consumer = reader, consumer
        self._topics: set[str] = set()
        self.outside = ""

    @property
    def reasons(self) -> list[str]:
        """A sentence for everything that is refused now."""
        topics = [no_right_to(topic) for topic in sorted(self._topics)]
        return [self.outside, *topics] if self.outside else topics

    def look(self) -> set[str]:
        """The topics that are refused now; says so when that changes."""
        consumer = self._consumer()
        refused = consumer.refused(GRANTED_SECONDS) if consumer is not None else self._topics
        for topic in refused - self._topics:
            log.error(
                "the broker refuses a topic, it is asked for again",
                reader=self._reader,
                topic=topic,
                reason=no_right_to(topic),
            )
        for topic in self._topics - refused:
            log.info("the broker no longer refuses a topic", reader=self._reader, topic=topic)
        self._topics = set(refused)
        return refused


def reasons_of(feed: "GroupConsumer") -> list[str]:
    """What the broker refuses a stage: to read, and to write where a partition waits for that."""
    writing = {reason for reason in feed.gate.reasons if reason.startswith(REFUSES)}
    return [*feed.refusals.reasons, *sorted(writing - set(feed.refusals.reasons))]


def no_right_to(topic: str) -> str:
    """The sentence for a topic that may not be read."""
    return refusal(TopicAuthorizationFailedError(topic))
