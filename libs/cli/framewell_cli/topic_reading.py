"""Reading topics by hand: no group, nothing committed, nothing disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from framewell_cli.errors import MeshUnreachable, UsageProblem
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_contracts.broker_access import BrokerAccess, UnsafeAccess
from framewell_contracts.topic_admin import partition_counts

Kafka = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        envvar="FRAMEWELL_KAFKA",
        help="Bootstrap servers; without it the mesh of this folder. FRAMEWELL_KAFKA_SECURITY and its "
        "companions say how to reach them.",
    ),
]
Prefix = Annotated[str, typer.Option(help="What stands before every topic (FRAMEWELL_KAFKA_PREFIX).")]

R = TypeVar("R")


def broker_access(kafka: str | None) -> BrokerAccess:
    """The broker a command is to speak to; UsageProblem when the environment says how and cannot mean it."""
    try:
        return BrokerAccess.from_environment(kafka or read_endpoints()["kafka"])
    except UnsafeAccess as error:
        raise UsageProblem(f"The broker's settings do not fit together: {error}") from None


def run(kafka: BrokerAccess, work: Coroutine[None, None, R]) -> R:
    """Run against a broker; one clear line when it is not there."""
    try:
        return asyncio.run(work)
    except UnsafeAccess as error:
        raise UsageProblem(f"The broker's settings cannot be used: {error}") from None
    except KafkaError as error:
        raise MeshUnreachable(
            f"No broker answers at {kafka} ({error}): 'framewell status' says what runs here."
        ) from None


@asynccontextmanager
async def consumer(kafka: BrokerAccess, group: str | None = None) -> AsyncIterator[Any]:
    """A consumer that commits only when told."""
    made = AIOKafkaConsumer(**kafka.client_options(), group_id=group, enable_auto_commit=False)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def partitions_of(kafka: BrokerAccess, names: Sequence[str]) -> list[TopicPartition]:
    """The partitions of those topics that exist."""
    counts = await partition_counts(kafka, names)
    return [TopicPartition(name, number) for name, count in counts.items() for number in range(count)]


async def read_to_end(reader: Any, starts: dict[TopicPartition, int]) -> AsyncIterator[Any]:
    """Every record from these offsets to where the topics end now, in order per partition."""
    if not starts:
        return
    reader.assign(list(starts))
    ends = await reader.end_offsets(list(starts))
    for partition, offset in starts.items():
        reader.seek(partition, offset)
    unread = {partition for partition, end in ends.items() if starts[partition] < end}
    while unread:
        for partition, records in (await reader.getmany(*unread, timeout_ms=500)).items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
        unread = {one for one in unread if await reader.position(one) < ends[one]}
