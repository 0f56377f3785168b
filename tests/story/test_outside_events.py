"""What a broadcast system can send, byte by byte, and what becomes of it on a mesh of real processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected
from framewell_contracts.identity import asset_id
from framewell_contracts.topics import dead_letter_topic
from framewell_demo.facts import FactLog, following
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess

TOPIC = "framewell.ingest.requested.v1"
SOURCE = "/playout/7"
PATIENCE = 120.0

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]


@pytest.fixture
async def endpoints(home: Path) -> AsyncIterator[Mapping[str, str]]:
    """A running mesh that may read the home's media."""
    async with TemporaryMesh.at(home / "mesh", roots=(home / "sources",)).running(keep=False) as addresses:
        yield addresses


def event(event_id: str, uri: str, **changed: Any) -> bytes:
    """A structured CloudEvent in JSON, as `kcat -P -t framewell.ingest.requested.v1` would send it."""
    attributes = {"specversion": "1.0", "id": event_id, "source": SOURCE, "type": TOPIC, "data": {"uri": uri}}
    return json.dumps({**attributes, **changed}).encode()


async def test_bytes_from_outside_become_assets_rejections_or_dead_letters(
    endpoints: Mapping[str, str], home: Path
) -> None:
    footage = (home / "sources" / "bikes.mp4").as_uri()
    kafka = endpoints["kafka"]
    async with following(BrokerAccess(kafka)) as log, AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for value in (
            b"this is no event at all",
            event("no-such-type", footage, type="framewell.ingest.imagined.v1"),
            event("misspelt", footage, data={"url": footage}),
            event("job-1", footage),
            event("job-1", footage),
            event("elsewhere", "file:///etc/hostname"),
        ):
            await producer.send_and_wait(TOPIC, value)  # no header, no key: kcat's default
        analysed = await ended(log, AssetAnalysed, asset_id(SOURCE, "job-1"))
        assert analysed.outcome.HasField("done")
        assert {total.analyser for total in analysed.totals} >= {"faces", "text", "labels", "safety"}
        refused = await ended(log, AssetRejected, asset_id(SOURCE, "elsewhere"))
        assert refused.code == "forbidden"
        assert "/etc" not in refused.detail or "root" in refused.detail
        ingested = [fact.work.asset_id for fact, _ in log.of(AssetIngested)]
        assert ingested == [asset_id(SOURCE, "job-1")]
    reasons = await dead_letters(kafka, 3)
    assert any("no CloudEvent" in reason or "not JSON" in reason for reason in reasons)
    assert any("imagined" in reason for reason in reasons)
    assert any("url" in reason for reason in reasons)
    await the_asset_plays(endpoints, asset_id(SOURCE, "job-1"))


async def ended(log: FactLog, kind: type[Any], asset: str) -> Any:
    return await log.until(
        lambda log: next((fact for fact, _ in log.of(kind, asset)), None),
        f"{kind.__name__} of {asset}",
        PATIENCE,
    )


async def dead_letters(kafka: str, count: int) -> list[str]:
    """The first `count` dead letters of ingest, as text: whatever their headers say about why."""
    found: list[str] = []
    consumer = AIOKafkaConsumer(
        dead_letter_topic("ingest.accept_request"), bootstrap_servers=kafka, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(PATIENCE):
        while len(found) < count:
            record = await consumer.getone()
            found.append(" ".join(value.decode(errors="replace") for _, value in record.headers))
    return found


async def the_asset_plays(endpoints: Mapping[str, str], asset: str) -> None:
    async with httpx.AsyncClient(base_url=endpoints["rest"], trust_env=False) as client:
        view = (await client.get(f"/v1/assets/{asset}")).raise_for_status().json()
        assert view["state"] == "analysed"
        assert view["timeline"]["frame_count"] == 250
        playlist = await client.get(view["playlist"])
    assert playlist.text.startswith("#EXTM3U")
