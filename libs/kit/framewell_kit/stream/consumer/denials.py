"""What the broker denies one consumer: logged once, asked for again until it is granted."""

from collections.abc import Callable

from aiokafka.errors import TopicAuthorizationFailedError

from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.consumer.start import LongPollConsumer
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)


class Denials:
    """The denied topics of one consumer; `outage` is why it reads nothing at all, empty while it does."""

    def __init__(
        self, reader: str, consumer: Callable[[], LongPollConsumer | None], timing: StreamTiming
    ) -> None:
        self._reader, self._consumer, self._timing = reader, consumer, timing
        self._topics: set[str] = set()
        self.outage = ""

    @property
    def reasons(self) -> list[str]:
        """Return a sentence for everything that is denied now."""
        topics = [no_right_to(topic) for topic in sorted(self._topics)]
        return [self.outage, *topics] if self.outage else topics

    def look(self) -> set[str]:
        """Return the topics that are denied now, and log what has changed."""
        consumer = self._consumer()
        denied = self._topics if consumer is None else consumer.denied(self._timing.denial_expires)
        for topic in denied - self._topics:
            log.error(
                "the broker denies a topic, it is asked for again",
                reader=self._reader,
                topic=topic,
                reason=no_right_to(topic),
            )
        for topic in self._topics - denied:
            log.info("the broker no longer denies a topic", reader=self._reader, topic=topic)
        self._topics = set(denied)
        return denied


def no_right_to(topic: str) -> str:
    """Return the sentence for a topic that may not be read."""
    return refusal(TopicAuthorizationFailedError(topic))
