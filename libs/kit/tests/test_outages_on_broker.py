"""What happens when the broker dies, refuses, or a handler fails on everything."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.cloudevents import Record
from framewell_contracts.fact_types import fact_type
from framewell_kafka import retry_headers
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.stream import RetryPolicy, Stage
from framewell_kit.stream.policy.breaker import MIN_FAILURES
from framewell_kit.stream.policy.breaker_store import COLLECTION as BREAKERS
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "ingest.accept_request"
REQUESTED, REJECTED = fact_type(IngestRequested).type, fact_type(AssetRejected).type


@pytest.fixture
async def bench(broker: str) -> AsyncIterator[StreamBench]:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        yield bench


async def test_json_of_outsiders_is_handled_and_their_mistakes_are_told(bench: StreamBench) -> None:
    request = {"specversion": "1.0", "id": "1", "source": "/playout", "type": REQUESTED}
    wrong = {**request, "id": "2", "data": {"asset_id": "b", "urrl": "file:///x"}}
    asked = [{"asset_id": str(UUID(int=number)), "uri": "file:///x"} for number in range(2)]
    await bench.write(REQUESTED, json.dumps({**request, "data": asked[0]}).encode())
    await bench.write(
        REQUESTED, json.dumps(wrong).encode(), [("content-type", b"application/cloudevents+json")]
    )
    binary = [(f"ce_{name}", value.encode()) for name, value in {**request, "id": "3"}.items()]
    await bench.write(
        REQUESTED, json.dumps(asked[1]).encode(), [*binary, ("content-type", b"application/json")]
    )
    seen: list[str] = []

    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        seen.append(fact.asset_id)
        return []

    runtime = await bench.run(Stage(GROUP, handler))
    await eventually(lambda: sorted(seen) == [one["asset_id"] for one in asked])
    await bench.stop(runtime)
    (dead_letter,) = await bench.records(f"{GROUP}.dead-letter")
    note = retry_headers.read(dead_letter.headers)
    assert note is not None
    assert note.code == "bad_json"
    assert "urrl" in note.reason


async def test_a_handler_that_fails_on_everything_stops_its_stage(bench: StreamBench) -> None:
    mended, seen = False, Counter[str]()

    async def broken(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        seen[fact.asset_id] += 1
        if not mended:
            raise KeyError("broken by a release")
        return []

    once = RetryPolicy(in_place_seconds=(), round_seconds=())
    wanted = {f"a{n}" for n in range(300)}
    await bench.publish(*[IngestRequested(asset_id=one) for one in sorted(wanted)])
    runtime = await bench.run(Stage(GROUP, broken, retry=once, concurrency=1))
    await eventually(lambda: runtime.unready() == [f"{GROUP}: breaker open"])
    dead_letters = len(await bench.records(f"{GROUP}.dead-letter"))
    assert dead_letters < MIN_FAILURES
    await bench.stop(runtime)
    kept = await bench.documents.get(BREAKERS, GROUP)
    assert kept is not None  # a restart does not forget
    mended = True
    await bench.documents.update(BREAKERS, GROUP, {"$set": {"opened_at": kept["opened_at"] - 61}})
    before = set(seen)
    runtime = await bench.run(Stage(GROUP, broken, retry=once))
    await eventually(lambda: wanted <= set(seen))
    assert len(await bench.records(f"{GROUP}.dead-letter")) == dead_letters
    assert before != wanted
    assert runtime.unready() == []


async def test_junk_from_outside_does_not_stop_a_stage(bench: StreamBench) -> None:
    for _ in range(3):
        await bench.publisher.deliver([Record(REQUESTED, b"", b"junk", [])] * 100)
    await bench.publish(IngestRequested(asset_id="good"))
    seen: list[str] = []

    async def handler(fact: IngestRequested, cause: Cause) -> list[AssetRejected]:
        seen.append(fact.asset_id)
        return []

    runtime = await bench.run(Stage(GROUP, handler))
    await eventually(lambda: seen == ["good"])
    await bench.stop(runtime)
    assert runtime.unready() == [f"{GROUP} has no partitions assigned yet"] or not runtime.unready()
    assert len(await bench.records(f"{GROUP}.dead-letter")) == 300


async def test_a_record_the_broker_refuses_does_not_poison_the_producer(bench: StreamBench) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bench.kafka)
    await admin.start()
    limit = ConfigResource(ConfigResourceType.TOPIC, bench.prefix + REJECTED, {"max.message.bytes": "2000"})
    await admin.alter_configs([limit])
    await admin.close()
    await bench.publish(AssetRejected(work=Work(asset_id="a"), detail="before"))
    large = Record(REJECTED, b"a", b"x" * 5000, [])

    async def refused() -> bool:  # the broker acknowledges a new limit before it keeps it
        try:
            await bench.publisher.deliver([large])
        except Busy:
            return True
        return False

    await eventually(refused)
    for n in range(5):
        await bench.publish(AssetRejected(work=Work(asset_id="a"), detail=str(n)))
    records = await bench.records(REJECTED)
    details = [AssetRejected.FromString(one.value).detail for one in records if one.value != large.value]
    assert details == ["before", *map(str, range(5))]
