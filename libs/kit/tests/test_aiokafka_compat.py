"""Each fails once a client library does by itself what `stream.aiokafka_compat` patches in or reaches for.

Then the module goes. What lost connections do stands in `test_lost_connection.py`.
"""

import asyncio
import inspect
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import NotLeaderForPartitionError
from aiokafka.producer.sender import SendProduceReqHandler
from faststream.kafka import KafkaBroker

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.fact_types import fact_type
from framewell_kit.stream.aiokafka_compat import client_health, consumer_class, hidden_topics
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually, remains


def public_names(kind: type[Any], part: str) -> list[str]:
    return [name for name in dir(kind) if part in name and not name.startswith("_")]


@pytest.mark.integration
async def test_aiokafka_still_begins_no_task_anew_that_ended(broker: str) -> None:
    """`client_health` notices that a task ended, and the consumer is replaced."""
    topic, prefix = fact_type(IngestRequested).type, f"compat-{uuid4().hex[:8]}."
    async with StreamBench(broker, prefix=prefix) as bench:
        await bench.declare(IngestRequested)
    consumer = AIOKafkaConsumer(prefix + topic, bootstrap_servers=broker, group_id=prefix)
    await consumer.start()
    try:
        assert client_health.consumer_ended(consumer) == ""
        consumer._fetcher._fetch_task.cancel()
        await eventually(consumer._fetcher._fetch_task.done)
        await remains(lambda: consumer._fetcher._fetch_task.done(), seconds=2.0)  # noqa: PLW0108 - looked up anew
        assert client_health.consumer_ended(consumer) != ""
    finally:
        await consumer.stop()


def test_aiokafka_still_has_no_public_way_to_ask_whether_a_client_works() -> None:
    """`client_health` looks at private attributes."""
    for kind in (AIOKafkaConsumer, AIOKafkaProducer):
        for part in ("health", "alive", "running", "failed"):
            assert public_names(kind, part) == []


def test_aiokafka_still_has_no_public_way_to_change_how_long_a_fetch_waits() -> None:
    """`fetch_wait` sets what a running fetcher writes into its next fetch."""
    assert public_names(AIOKafkaConsumer, "wait") == []


async def test_faststream_still_sleeps_without_polling_after_an_empty_poll() -> None:
    """`LongPollConsumer` waits inside the poll instead."""
    subscriber: Any = KafkaBroker().subscriber("compat", batch=True, batch_timeout_ms=300)

    async def getmany(**_: Any) -> dict[Any, Any]:
        return {}

    before = asyncio.get_running_loop().time()
    assert await subscriber.get_msg(SimpleNamespace(getmany=getmany)) == ()
    assert asyncio.get_running_loop().time() - before >= 0.3


def test_faststream_still_has_no_option_for_the_class_of_its_consumers() -> None:
    """`consumer_class` replaces the builder that a connected broker keeps."""
    for function in (KafkaBroker.__init__, KafkaBroker.subscriber):
        options = inspect.signature(function).parameters
        assert not {"builder", "consumer", "consumer_class", "consumer_factory"} & options.keys()


def test_consumers_of_another_class_get_the_brokers_options_and_their_own() -> None:
    built: list[dict[str, Any]] = []
    config = SimpleNamespace(builder=SimpleNamespace(keywords={"client_id": "us"}))
    broker = SimpleNamespace(config=SimpleNamespace(broker_config=config))
    consumer_class.use(cast(KafkaBroker, broker), lambda **options: built.append(options), timing="t")
    cast(Any, config.builder)(group_id="g")
    assert built == [{"client_id": "us", "timing": "t", "group_id": "g"}]


def test_aiokafka_still_does_not_say_which_topics_are_hidden() -> None:
    """`hidden_topics` looks into the client's metadata, and asks for them again."""
    assert public_names(AIOKafkaConsumer, "authori") == []
    asked: list[bool] = []
    client = SimpleNamespace(
        cluster=SimpleNamespace(unauthorized_topics={"a", "other"}),
        force_metadata_update=lambda: asked.append(True),
    )
    consumer = SimpleNamespace(_client=client, subscription=lambda: {"a", "b"})
    assert hidden_topics.hidden(consumer) == {"a"}
    assert asked == [True]


def test_aiokafka_still_never_gives_up_a_batch_of_an_idempotent_producer() -> None:
    """`waiting_sends` fails those who wait for one."""
    expired: Any = SimpleNamespace(expired=lambda: True)
    tried_again = []
    for sequence in (object(), None):
        handler = object.__new__(SendProduceReqHandler)
        handler._sender = SimpleNamespace(_txn_manager=sequence)
        tried_again.append(handler._can_retry(NotLeaderForPartitionError(), expired))
    assert tried_again == [True, False]
