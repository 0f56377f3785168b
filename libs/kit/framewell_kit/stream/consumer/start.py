"""The consumer that FastStream starts for us: it polls at no cost while there is nothing to read.

FastStream polls with a timeout and, after an empty poll, sleeps for the same time without polling: a short
one burns CPU in an idle mesh (25 consumers at 5 ms: a third of a core), a long one adds itself to the
latency of every lone event (200 ms: p95 234 ms). A consumer that waits longer than it was asked to gives
both: it returns the moment a record is there, and is asked once a second when none is. The broker, too,
answers a fetch the moment a record is there, and is asked less often while none comes for a while.
"""

import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from faststream.kafka import KafkaBroker

from framewell_kafka.aiokafka_compat import batch_decoding
from framewell_kafka.broker_reach import refusal, refused_names
from framewell_kit.stream.aiokafka_compat import client_health, consumer_class, fetch_wait, hidden_topics
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)


class LongPollConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Waits for records up to `StreamTiming.idle_poll_ms`, whatever shorter time it is given; 0 stays 0.

    What the broker denies is remembered instead of raised: FastStream would sleep five seconds over a topic
    that may not be read, also for those that may, and log nothing. `expelled` is why it may not be a member
    of its group any more; empty while it may.
    """

    def __init__(self, *topics: str, timing: StreamTiming, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._timing = timing
        self._denied: dict[str, float] = {}
        self._busy_at = time.monotonic()
        self.expelled = ""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        """Return records by partition, none after the timeout. Raises KafkaError for all but denials."""
        wait_ms = max(timeout_ms, self._timing.idle_poll_ms) if timeout_ms else 0
        try:
            read = await super().getmany(*partitions, timeout_ms=wait_ms, max_records=max_records)
        except TopicAuthorizationFailedError as error:
            self.deny(error)
        except GroupAuthorizationFailedError as error:
            self.expelled = refusal(error)  # for good: aiokafka ends its work for the group
        except KafkaError as error:
            log.warning("polling failed", group=self._group_id, error=repr(error))  # FastStream logs nothing
            raise
        else:
            self._choose_fetch_wait(busy=bool(read) or bool(self.paused()))
            return read
        await asyncio.sleep(wait_ms / 1000)
        return {}

    async def stop(self) -> None:
        """Leave the group and close every connection, also when tasks of its own have failed or hang."""
        try:
            async with asyncio.timeout(self._timing.consumer_stop):
                await super().stop()
        except Exception as error:  # noqa: BLE001 - what a task met that does not expect it, whatever it is
            log.warning("the consumer did not stop cleanly", group=self._group_id, error=repr(error))
            client_health.end(self)

    def _choose_fetch_wait(self, *, busy: bool) -> None:
        """Let the fetches that follow wait longer at the broker once nothing was read for a while."""
        now, timing = time.monotonic(), self._timing
        if busy:
            self._busy_at = now
        idle = now - self._busy_at >= timing.idle_after
        fetch_wait.choose(self, timing.idle_fetch_wait_ms if idle else timing.fetch_wait_ms)

    def deny(self, error: TopicAuthorizationFailedError) -> None:
        """Remember which topics the broker denies."""
        for topic in refused_names(error):
            self._denied[topic] = time.monotonic()

    def denied(self, within: float) -> set[str]:
        """Return topics that were denied at most so many seconds ago, or that the broker hides now."""
        since = time.monotonic() - within
        return {topic for topic, when in self._denied.items() if when > since} | hidden_topics.hidden(self)


async def connect(broker: KafkaBroker, timing: StreamTiming) -> None:
    """Connect the broker so that its subscribers get consumers of this kind, which no batch stops."""
    batch_decoding.install()
    await broker.connect()
    consumer_class.use(broker, LongPollConsumer, timing=timing)
