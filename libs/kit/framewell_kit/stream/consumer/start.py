"""Polling that costs nothing while there is nothing to read.

FastStream polls with a timeout and, after an empty poll, sleeps for the same time without polling: a short
one burns CPU in an idle mesh (25 consumers at 5 ms: a third of a core), a long one adds itself to the
latency of every lone event (200 ms: p95 234 ms). A consumer that waits longer than it was asked to gives
both: it returns the moment a record is there, and is asked four times a second when none is.
"""

import asyncio
import time
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from faststream.kafka import KafkaBroker

from framewell_kafka.aiokafka_compat import batch_decoding
from framewell_kafka.broker_reach import refusal, refused_names
from framewell_kit.stream.aiokafka_compat import client_health
from framewell_kit.telemetry import logger

log = logger(__name__)

IDLE_WAIT_MS = 250
# So long a consumer may take to stop; its tasks wait for each other, one that ended for ever.
STOP_SECONDS = 10.0


class LongPollConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Waits for records up to a quarter of a second, whatever shorter time it is given; 0 stays 0.

    What the broker refuses is kept in mind instead of raised: FastStream would sleep five seconds over a
    topic that may not be read, also for those that may, and tell nobody.
    """

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._refused: dict[str, float] = {}
        self.expelled = ""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        wait_ms = max(timeout_ms, IDLE_WAIT_MS) if timeout_ms else 0
        try:
            return await super().getmany(*partitions, timeout_ms=wait_ms, max_records=max_records)
        except TopicAuthorizationFailedError as error:
            self.refuse(error)
        except GroupAuthorizationFailedError as error:
            self.expelled = refusal(error)  # for good: aiokafka ends its work for the group
        except KafkaError as error:
            log.warning("polling failed", group=self._group_id, error=repr(error))  # FastStream says nothing
            raise
        await asyncio.sleep(wait_ms / 1000)
        return {}

    async def stop(self) -> None:
        """Leave the group and close every connection, also when tasks of its own have failed or hang."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await super().stop()
        except Exception as error:  # noqa: BLE001 - what a task met that does not expect it, whatever it is
            log.warning("the consumer did not stop cleanly", group=self._group_id, error=repr(error))
            client_health.end(self)

    def refuse(self, error: TopicAuthorizationFailedError) -> None:
        """Keep in mind which topics the broker refuses."""
        for topic in refused_names(error):
            self._refused[topic] = time.monotonic()

    def refused(self, within: float) -> set[str]:
        """Topics that were refused so many seconds ago at most, or that the broker hides from us now.

        Once it has noticed the latter, the consumer leaves them out of its group's assignment, and notices
        that they are back only when it asks, which happens here.
        """
        since = time.monotonic() - within
        hidden: set[str] = self._client.cluster.unauthorized_topics & self.subscription()
        if hidden:
            self._client.force_metadata_update()
        return {topic for topic, when in self._refused.items() if when > since} | hidden


async def connect(broker: KafkaBroker) -> None:
    """Connect the broker so that its subscribers get patient consumers, whom no batch stops."""
    batch_decoding.install()
    await broker.connect()
    config = broker.config.broker_config
    made: Any = config.builder
    config.builder = partial(LongPollConsumer, **made.keywords)
