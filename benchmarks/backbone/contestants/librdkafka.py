"""What both librdkafka contestants share: clients set up alike, and a batch answered."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from benchmarks.backbone.task import Task
from benchmarks.backbone.work import LINGER_MS, PRODUCER_BATCH_BYTES, answer, answer_headers
from framewell.asset.v1.asset_pb2 import AssetRejected


def clients(task: Task) -> tuple[Consumer, Producer]:
    """A subscribed consumer that commits nothing by itself, and an idempotent producer."""
    consumer = Consumer(
        {
            "bootstrap.servers": task.kafka,
            "group.id": task.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([task.reads])
    producer = Producer(
        {
            "bootstrap.servers": task.kafka,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": LINGER_MS,
            "batch.size": PRODUCER_BATCH_BYTES,
        }
    )
    return consumer, producer


def produce_answers(
    producer: Producer, topic: str, messages: list[Message], acknowledged: Callable[[Any, Message], None]
) -> None:
    """Answer every message; `acknowledged` is called once for each by a later `poll` or `flush`."""
    now = datetime.now(UTC).isoformat().encode()
    for message in messages:
        fact = AssetRejected.FromString(message.value() or b"")
        producer.produce(
            topic,
            answer(fact).SerializeToString(),
            message.key(),
            headers=answer_headers(dict(message.headers() or ()), now),  # type: ignore[arg-type]
            on_delivery=acknowledged,
        )


def next_offsets(messages: list[Message]) -> list[TopicPartition]:
    """What to commit once these are done."""
    last = {(message.topic(), message.partition()): message.offset() for message in messages}
    return [
        TopicPartition(topic or "", partition or 0, (offset or 0) + 1)
        for (topic, partition), offset in last.items()
    ]


def require_acknowledged(error: Any, _: Message) -> None:
    """For `produce_answers`: one failure voids the run."""
    if error is not None:
        raise RuntimeError(f"the broker did not acknowledge: {error}")
