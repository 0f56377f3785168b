"""Reads the topics of a row beside everything else, without a group, as any outsider could."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from types import TracebackType
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from framewell_contracts.cloudevents import Record
from framewell_contracts.fact_types import FACTS, topics
from framewell_kit.testing.waiting import PATIENCE


class Seen(NamedTuple):
    """One record as the observer read it. `message` is None for what is no fact."""

    partition: int
    offset: int
    id: str
    digest: bytes
    message: Any


class Observer:
    """Keeps every record of its topics, by topic, and tells when something has happened."""

    def __init__(self, bootstrap: str, prefix: str, names: Sequence[str]) -> None:
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        self._bootstrap, self._prefix = bootstrap, prefix
        counts = {topic.name: topic.partitions for topic in topics()}
        self._partitions = [
            TopicPartition(prefix + name, number) for name in names for number in range(counts[name])
        ]
        self._consumer: Any = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Observer:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await self._consumer.start()
        self._consumer.assign(self._partitions)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._consumer.stop()

    async def until(self, condition: Callable[[], object], within: float, what: str) -> float:
        """Wait until the condition holds; the seconds it took. Raises TimeoutError that says what for."""
        began = time.monotonic()
        while not condition():
            if self._reading is not None and self._reading.done():
                self._reading.result()
            if time.monotonic() - began > within:
                raise TimeoutError(f"not within {within:.0f} s: {what}")
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def caught_up(self, within: float = PATIENCE) -> None:
        """Return when everything that was written before the call has been read."""
        ends = await _patiently(lambda: self._consumer.end_offsets(self._partitions), within)
        deadline = time.monotonic() + within
        for partition, end in ends.items():
            while await self._consumer.position(partition) < end:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the observer has not read {partition} to its end")
                await asyncio.sleep(0.02)

    async def ends(self) -> dict[str, int]:
        """How many records each topic has had."""
        counts: dict[str, int] = defaultdict(int)
        ends = await _patiently(lambda: self._consumer.end_offsets(self._partitions))
        for partition, end in ends.items():
            counts[partition.topic.removeprefix(self._prefix)] += end
        return counts

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offsets a group has committed in a topic, by partition, as the broker has them."""
        asked = [one for one in self._partitions if one.topic == self._prefix + topic]
        kept = await _patiently(lambda: self._kept(self._prefix + group, asked))
        return {one.partition: found.offset for one, found in kept.items() if found.offset >= 0}

    async def _kept(self, group: str, partitions: list[TopicPartition]) -> Any:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        try:
            await admin.start()
            return await admin.list_consumer_group_offsets(group, partitions=partitions)
        finally:
            await admin.close()

    async def _read(self) -> None:
        while True:
            try:
                polled = await self._consumer.getmany(timeout_ms=100, max_records=2000)
            except KafkaError:  # the broker is away: that is what rows do to it
                await asyncio.sleep(0.2)
                continue
            for partition, records in polled.items():
                self.seen[partition.topic.removeprefix(self._prefix)] += map(_seen, records)
            await asyncio.sleep(0)


async def _patiently(ask: Callable[[], Awaitable[Any]], within: float = PATIENCE) -> Any:
    """The broker's answer; while it comes back it may have none yet."""
    deadline = time.monotonic() + within
    while True:
        try:
            return await asyncio.wait_for(ask(), within)
        except KafkaError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)


async def everything(bootstrap: str, prefix: str, names: Sequence[str]) -> list[Record]:
    """Every record of these topics as it was written, in order per partition."""
    counts = {topic.name: topic.partitions for topic in topics()}
    partitions = [TopicPartition(prefix + name, number) for name in names for number in range(counts[name])]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(partitions)
        found: list[Record] = []
        for partition, end in (await consumer.end_offsets(partitions)).items():
            while await consumer.position(partition) < end:
                for one in (await consumer.getmany(partition, timeout_ms=500)).get(partition, ()):
                    name = partition.topic.removeprefix(prefix)
                    found.append(Record(name, one.key or b"", one.value or b"", list(one.headers)))
        return found
    finally:
        await consumer.stop()


def _seen(record: Any) -> Seen:
    headers = dict(record.headers)
    value = record.value or b""
    fact = FACTS.get(headers.get("ce_type", b"").decode("utf-8", "replace"))
    try:
        message = fact.message.FromString(value) if fact is not None else None
    except Exception:  # noqa: BLE001 - rows write what cannot be parsed
        message = None
    return Seen(
        record.partition,
        record.offset,
        headers.get("ce_id", b"").decode("utf-8", "replace"),
        blake2b(value, digest_size=12).digest(),
        message,
    )
