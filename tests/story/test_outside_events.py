"""What a broadcast system can send, byte by byte, and what becomes of it on a mesh of real processes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected
from framewell_contracts.groups import GROUPS
from framewell_contracts.identity import asset_id
from framewell_demo.facts import FactLog, following
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters import DeadLetterStore, Selection

TOPIC = "framewell.ingest.requested.v1"
SOURCE = "/playout/7"
PATIENCE = 120.0
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "kafkajs"

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]


@pytest.fixture
async def endpoints(home: Path) -> AsyncIterator[Mapping[str, str]]:
    """A running mesh that may read the home's media."""
    async with TemporaryMesh.at(home / "mesh", roots=(home / "sources",)).running(stay=False) as addresses:
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
        misspelt = await ended(log, AssetRejected, asset_id(SOURCE, "misspelt"))
        assert (misspelt.code, "url" in misspelt.detail) == ("bad_json", True)
        ingested = [fact.work.asset_id for fact, _ in log.of(AssetIngested)]
        assert ingested == [asset_id(SOURCE, "job-1")]
    reasons = await dead_letters(kafka)
    assert len(reasons) == 3, "one for each wrong event, however many groups read it"
    assert any("no CloudEvent" in reason or "not JSON" in reason for reason in reasons)
    assert any("imagined" in reason for reason in reasons)
    assert any("url" in reason for reason in reasons)
    await the_asset_plays(endpoints, asset_id(SOURCE, "job-1"))
    await a_client_in_node_reads_its_results(kafka, home / "sources" / "official-portrait.jpg")


async def ended(log: FactLog, kind: type[Any], asset: str) -> Any:
    return await log.until(
        lambda log: next((fact for fact, _ in log.of(kind, asset)), None),
        f"{kind.__name__} of {asset}",
        PATIENCE,
    )


async def dead_letters(kafka: str) -> list[str]:
    """Why the dead letters of all groups were given up."""
    async with DeadLetterStore(BrokerAccess(kafka), tuple(GROUPS)) as store:
        return [dead_letter.reason async for dead_letter in store.read(Selection(tuple(GROUPS)))]


async def a_client_in_node_reads_its_results(kafka: str, media: Path) -> None:
    """It sends a request for this media and one for what it may not read, and prints what comes of them."""
    assert (EXAMPLE / "node_modules").is_dir(), "run make setup, which installs the packages of the examples"
    status, printed = await node(kafka, media.as_uri(), "Portrait", JOB="job-17")
    assert status == 0, printed
    for verb in ("ingested", "transcoded", "analysed"):
        assert f" framewell.asset.{verb}.v1 job=job-17\n" in printed
    assert '"analyser": "faces"' in printed
    status, printed = await node(kafka, "file:///etc/hostname")
    assert status == 1, printed
    assert '"code": "forbidden"' in printed


async def node(kafka: str, *arguments: str, **environment: str) -> tuple[int | None, str]:
    """Run the example in Node; its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        "node", "--throw-deprecation", "index.mjs", *arguments, cwd=EXAMPLE,
        env={**os.environ, "FRAMEWELL_KAFKA": kafka, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            printed, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    return process.returncode, printed.decode()


async def the_asset_plays(endpoints: Mapping[str, str], asset: str) -> None:
    async with httpx.AsyncClient(base_url=endpoints["rest"], trust_env=False) as client:
        view = (await client.get(f"/v1/assets/{asset}")).raise_for_status().json()
        assert view["state"] == "analysed"
        assert view["timeline"]["frame_count"] == 250
        playlist = await client.get(view["playlist"])
    assert playlist.text.startswith("#EXTM3U")
