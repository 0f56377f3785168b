"""What the broker still has: every topic from its beginning, retries, dead letters and results among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from framewell_cli.erasure.findings import Finding, Looked, Verdict
from framewell_cli.erasure.text_search import Words
from framewell_contracts.fact_types import topics
from framewell_contracts.topics import Topic
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_reading import partitions_of, read_to_end, reader

SEGMENT_DAYS: Final = 7
"""Kafka deletes whole segments of a log, and begins a new one after so many days at the latest."""

USAGE: Final = "framewell.usage.recorded.v1"
BY_LAW: Final = {USAGE: "what is owed to whom: bookkeeping, ten years by § 147 AO"}


async def search_topics(access: BrokerAccess, words: Sequence[str], prefix: str = "") -> list[Looked]:
    """Return what stands in each topic that exists: records that expire are named with their day."""
    declared = {prefix + topic.name: topic for topic in topics()}
    searched: dict[str, int] = {}
    found: dict[str, list[Any]] = {}
    wanted = Words(words)
    async with reader(access) as consumer:
        partitions = await partitions_of(access, list(declared))
        begins = await consumer.beginning_offsets(partitions) if partitions else {}
        async for record in read_to_end(consumer, begins):
            searched[record.topic] = searched.get(record.topic, 0) + 1
            if wanted.within(_bytes(record)):
                found.setdefault(record.topic, []).append(record)
    names = sorted({one.topic for one in partitions})
    return [
        Looked(f"topic {name}", searched.get(name, 0), _findings(declared[name], found.get(name, [])))
        for name in names
    ]


def _bytes(record: Any) -> bytes:
    headers = b"\n".join(value or b"" for _, value in record.headers)
    return b"\n".join((record.key or b"", record.value or b"", headers))


def _findings(topic: Topic, records: Sequence[Any]) -> Sequence[Finding]:
    if not records:
        return ()
    first, newest = records[0], max(record.timestamp for record in records)
    where = f"partition {first.partition}, offset {first.offset}"
    if topic.retention_days is not None:
        last = datetime.fromtimestamp(newest / 1000, UTC) + timedelta(topic.retention_days + SEGMENT_DAYS)
        why = f"gone on {last.date().isoformat()} at the latest: the topic keeps {topic.retention_days} days"
        return (Finding(Verdict.EXPIRES, len(records), where, why),)
    if topic.name in BY_LAW:
        return (Finding(Verdict.KEPT, len(records), where, BY_LAW[topic.name]),)
    return (Finding(Verdict.LEFT, len(records), where, "the topic keeps its records for ever"),)
