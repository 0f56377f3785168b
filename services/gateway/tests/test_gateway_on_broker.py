"""The gateway's log on the real broker and database: everything once, whatever arrives how often."""

import json
from uuid import uuid4

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.gateway.v1.asset_view_pb2 import AssetState, ChunkCounts
from framewell.media.v1.media_pb2 import Work
from framewell.sample.v1.sample_pb2 import Provenance, SampleProposed, SampleReviewed
from framewell_contracts.fact_types import FACTS, fact_type
from framewell_contracts.identity import asset_id
from framewell_contracts.topics import RESULTS
from framewell_gateway.adapters.event_documents import EventDocuments
from framewell_gateway.entrypoints.stream import stages
from framewell_gateway.testing import HASHES, ReadModels
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MongoDocuments
from framewell_kit.facts import Fact
from framewell_kit.outcome_messages import done
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.streams import StreamBench, a_cause

pytestmark = pytest.mark.integration

ASSET = "1c5b2c1e-0000-4000-8000-00000000000c"
WORK = Work(asset_id=ASSET)
DONE = done()
EVERY_FACT = [fact.message for fact in FACTS.values()]


async def test_every_fact_is_kept_once_and_forgotten_when_asked(broker: str, database: str) -> None:
    documents = MongoDocuments(database, f"test_{uuid4().hex[:8]}")
    models = ReadModels(documents)
    events, progress = models.events, models.progress
    await models.prepare()
    chunk = {"work": WORK, "chunk_id": f"{ASSET}/0/0"}
    life = [
        AssetIngested(work=WORK, labels={"$where": "1", "a.b": "2"}),
        ChunkPlanned(**chunk),
        ChunkTranscoded(**chunk, outcome=DONE),
        AssetTranscoded(work=WORK, outcome=DONE, chunk_count=1),
        ChunkAnalysed(**chunk, outcome=DONE),
        AssetAnalysed(work=WORK, outcome=DONE),
        SampleProposed(sample_id="s1", provenance=Provenance(asset_id=ASSET)),
        SampleReviewed(sample_id="s1"),
    ]
    async with StreamBench(broker) as bench:
        groups = ["gateway.record_event", "gateway.publish_results", "gateway.erase"]
        await bench.declare(*EVERY_FACT, groups=groups, others=[RESULTS])
        of = stages(models.forget, models.erasures, HASHES.of, models.clock, models.erase)
        *reading, erasing = of
        readers = await bench.run(*reading)
        for _ in range(3):
            for number, message in enumerate(life):
                await bench.publish(Fact(message, id=f"event-{number}"), cause=a_cause())
        request = {"uri": "file:///a.mp4"}
        attributes = [
            ("ce_specversion", b"1.0"),
            ("ce_id", b"job-1"),
            ("ce_source", b"/playout"),
            ("ce_type", b"framewell.ingest.requested.v1"),
            ("content-type", b"application/json"),
        ]
        await bench.write("framewell.ingest.requested.v1", json.dumps(request).encode(), attributes)
        await _until(events, ASSET, len(life))
        known = (await progress.of_assets([ASSET]))[ASSET]
        assert known.state == AssetState.ASSET_STATE_ANALYSED
        assert known.chunks == ChunkCounts(planned=1, transcoded=1, analysed=1)
        await _until(events, asset_id("/playout", "job-1"), 1)

        await _results(bench, {f"event-{number}" for number, one in enumerate(life) if fact_type(one).result})

        await bench.stop(readers)  # a repetition they read now would go by their hand, and not be counted
        await bench.run(erasing)
        await bench.publish(erasure_plan("e1", asset_ids=[ASSET]), cause=a_cause())
        topic = "framewell.erasure.completed.v1"
        await _published(bench, topic)
        (completed,) = [event.message for event in await bench.events(topic)]
        assert isinstance(completed, ErasureCompleted)
        counts = {each.kind: each.count for each in completed.counts}
        assert completed.service == "gateway"
        assert counts["events"] >= len(life) - 1
    documents.close()


async def _until(events: EventDocuments, asset: str, count: int) -> None:
    for _ in range(900):
        if len(await events.since(asset, None)) >= count:
            break
        await SystemClock().sleep(0.1)
    assert len(await events.since(asset, None)) == count


async def _results(bench: StreamBench, ids: set[str]) -> None:
    """Wait for the results of these events; one that was sent again may stand there again, as it was."""
    found: dict[str, set[bytes]] = {}
    for _ in range(900):
        found.clear()
        for record in await bench.records(RESULTS):
            found.setdefault(json.loads(record.value)["id"], set()).add(record.value)
        if found.keys() >= ids:
            break
        await SystemClock().sleep(0.1)
    assert found.keys() == ids


async def _published(bench: StreamBench, topic: str) -> None:
    for _ in range(900):
        if await bench.events(topic):
            return
        await SystemClock().sleep(0.1)
    pytest.fail(f"nothing was published in {topic}")
