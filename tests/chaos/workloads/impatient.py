"""A process whose broker loses patience soon: a short longest time between polls, and rebalances recorded.

The interval is the client's five minutes in the mesh; here it must be overrun within a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener
from faststream.kafka import KafkaBroker

from chaos.journal import Journal


class RecordedListener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Hands every rebalance on, and notes that partitions were given or taken."""

    def __init__(self, listener: Any, journal: Journal) -> None:
        self._listener, self._journal = listener, journal

    async def on_partitions_assigned(self, assigned: Sequence[Any]) -> None:
        self._journal.note("assigned", getattr(self._listener, "group", "?"), len(assigned))
        await self._listener.on_partitions_assigned(assigned)

    async def on_partitions_revoked(self, revoked: Sequence[Any]) -> None:
        self._journal.note("revoked", getattr(self._listener, "group", "?"), len(revoked))
        await self._listener.on_partitions_revoked(revoked)


def make_impatient(journal: Journal, poll_interval_ms: int) -> None:
    """Give every subscription of this process the interval, and its listener a observer."""
    subscriber = KafkaBroker.subscriber

    def impatient(broker: KafkaBroker, *topics: str, **options: Any) -> Any:
        if options.get("listener") is not None:
            options["listener"] = RecordedListener(options["listener"], journal)
        return subscriber(broker, *topics, **{**options, "max_poll_interval_ms": poll_interval_ms})

    KafkaBroker.subscriber = impatient  # type: ignore[method-assign,assignment]
