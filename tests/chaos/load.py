"""Writes requests as an outside system would: another client library, acknowledged one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import KafkaException, Producer
from google.protobuf.message import Message

from framewell_contracts.cloudevents import Envelope, Record, encode
from framewell_contracts.fact_types import fact_type

SOURCE = "/chaos/playout"
QUEUE = 20_000


class Load:
    """A producer that goes on over outages. `acknowledged` are the event ids that Kafka has taken."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.acknowledged: set[str] = set()
        self.refused: dict[str, str] = {}
        self._prefix = prefix
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 2,
                "message.timeout.ms": 300_000,
                "queue.buffering.max.messages": QUEUE,
                "log_level": 0,
            }
        )

    async def facts(self, facts: Iterable[tuple[str, Message]], *, per_second: float = 0) -> None:
        """Write facts with their event ids, in order, at a rate (0: as fast as it goes)."""
        now = datetime.now(UTC)
        records = (
            (name, encode(Envelope(name, SOURCE, fact_type(fact).type, now), fact)) for name, fact in facts
        )
        await self.records(records, per_second=per_second)

    async def records(self, records: Iterable[tuple[str, Record]], *, per_second: float = 0) -> None:
        """Write records under the names by which they are acknowledged."""
        began = time.monotonic()
        for count, (name, record) in enumerate(records):
            while not self._taken(name, record):
                self._producer.poll(0)
                await asyncio.sleep(0.05)
            ahead = count / per_second - (time.monotonic() - began) if per_second else 0
            if ahead > 0 or count % 200 == 0:
                self._producer.poll(0)
                await asyncio.sleep(max(ahead, 0))
        await self.flushed()

    async def flushed(self) -> None:
        """Return when everything was acknowledged or refused."""
        while len(self._producer):
            self._producer.poll(0)
            await asyncio.sleep(0.01)

    def close(self) -> None:
        """Forget what is still queued."""
        self._producer.purge(in_flight=False)
        self._producer.flush(2)

    def _taken(self, name: str, record: Record) -> bool:
        def delivered(error: Any, _: Any) -> None:
            if error is None:
                self.acknowledged.add(name)
            else:
                self.refused[name] = str(error)

        try:
            self._producer.produce(
                self._prefix + record.topic, record.value, record.key or None,
                headers=list(record.headers), on_delivery=delivered,
            )  # fmt: skip
        except (BufferError, KafkaException):
            return False
        return True
