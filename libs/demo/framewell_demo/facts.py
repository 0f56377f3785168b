"""The facts that the mesh emits while the demo runs, in the order of arrival, and waits for those to come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from aiokafka import AIOKafkaConsumer
from google.protobuf.message import Message

from framewell_contracts.cloudevents import Unreadable, decode
from framewell_contracts.fact_types import FACTS, fact_type
from framewell_kafka.broker_access import BrokerAccess

M = TypeVar("M", bound=Message)
Found = TypeVar("Found")


class StepTimeoutError(RuntimeError):
    """A step of the story did not happen in time; the message says which, and how long it was waited for."""


@contextlib.asynccontextmanager
async def time_limit(seconds: float, what: str) -> AsyncIterator[None]:
    """Bound a wait: after `seconds`, StepTimeoutError says what was waited for."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise StepTimeoutError(f"waited {seconds:.0f} s in vain for {what}") from None


@dataclass(frozen=True, slots=True)
class ReceivedFact:
    """One fact with its event: `time` is when it happened, by the clock of whoever emitted it."""

    id: str
    time: datetime
    message: Message


@dataclass(slots=True)
class FactLog:
    """Facts seen so far. A redelivered fact (same id) is kept once, as it takes effect once."""

    facts: list[ReceivedFact] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, fact: ReceivedFact) -> None:
        """Keep a fact, and wake whoever waits for one."""
        if fact.id not in self._ids:
            self._ids.add(fact.id)
            self.facts.append(fact)
            self._grown.set()

    def of(self, kind: type[M], asset_id: str | None = None) -> Iterator[tuple[M, ReceivedFact]]:
        """Yield facts of one message class, oldest first; with `asset_id` only those of that asset."""
        asset_of = fact_type(kind).asset_of
        for fact in self.facts:
            message = fact.message
            if isinstance(message, kind) and asset_id in (None, asset_of(message)):
                yield message, fact

    async def until(self, find: Callable[[FactLog], Found | None], what: str, seconds: float) -> Found:
        """Wait until `find` finds something. Raise StepTimeoutError after `seconds`."""
        async with time_limit(seconds, what):
            while (found := find(self)) is None:
                self._grown.clear()
                await self._grown.wait()
        return found


@contextlib.asynccontextmanager
async def following(kafka: BrokerAccess) -> AsyncIterator[FactLog]:
    """Open a log that grows with every fact topic from now on, read without a group."""
    log = FactLog()
    consumer = AIOKafkaConsumer(
        *(topic for fact in FACTS.values() for topic in fact.topic_names),
        **kafka.client_options(),
        group_id=None,
        auto_offset_reset="latest",
        fetch_max_wait_ms=100,
        metadata_max_age_ms=5_000,
    )
    await consumer.start()
    # Positions are looked up lazily otherwise: facts emitted until then would be missed.
    await consumer.seek_to_end()
    reading = asyncio.create_task(_read(consumer, log))
    try:
        yield log
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, log: FactLog) -> None:
    async for record in consumer:
        try:
            event = decode(record.topic, record.headers, record.value)
        except Unreadable:
            continue  # not readable: the mesh puts it into a dead-letter topic
        log.add(ReceivedFact(event.envelope.id, event.envelope.time, event.message))
