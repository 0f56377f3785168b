"""A broker that no longer has what was read from it: other records will have the offsets of those it lost."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_kit.facts import Cause
from framewell_kit.stream import Stage
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[StreamBench]:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        yield bench


async def test_what_a_broker_keeps_is_done_again_when_it_has_lost_the_end_of_it(bench: StreamBench) -> None:
    """It has less than was read: aiokafka goes back to the beginning without an error."""
    seen: Counter[str] = Counter()

    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        seen[fact.asset_id] += 1
        return []

    runtime = await bench.run(Stage(GROUP, handler))
    await bench.publish(*[IngestRequested(asset_id=f"a-{n}") for n in range(60)])
    await eventually(lambda: seen.total() == 60)
    (member,) = runtime.consumers
    read = [assigned for assigned in member.partitions if assigned.offsets.end]
    await eventually(lambda: all(one.committed == one.offsets.end for one in read))
    for assigned in read:
        member.subscriber.consumer.seek(assigned.partition, 1000)  # as if so much had been read and lost
    await eventually(lambda: seen.total() == 120)
    assert set(seen.values()) == {2}
