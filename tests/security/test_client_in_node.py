"""The example client in Node logs in over TLS, and needs no more than the rows `outside` and `results`."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.cloudevents import Envelope, Event
from framewell_contracts.fact_types import OUTSIDE, fact_type
from framewell_contracts.results import result_record
from framewell_contracts.topics import RESULTS
from framewell_kafka.access_table import RESULTS_READER, grants
from framewell_kit.testing.secured import ADMIN, SecuredBroker
from framewell_kit.testing.streams import StreamBench, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "kafkajs"
REQUESTED, REJECTED = fact_type(IngestRequested).type, fact_type(AssetRejected).type


async def test_a_client_in_node_sends_its_request_and_reads_its_result(secured: SecuredBroker) -> None:
    assert (EXAMPLE / "node_modules").is_dir(), "run make setup, which installs the packages of the examples"
    access = secured.with_login("node")
    async with StreamBench(secured.with_certificate(ADMIN), prefix="") as bench:
        await bench.declare(IngestRequested, others=[RESULTS])
        rights = [one for one in grants("", "node.") if one.who in (OUTSIDE, RESULTS_READER)]
        secured.allow("node", [one for one in rights if one.name in (REQUESTED, RESULTS, "node.")])
        process = await asyncio.create_subprocess_exec(
            "node", "index.mjs", "file:///missing.mp4", cwd=EXAMPLE,
            env={**os.environ, **secured.environment(access), "RESULTS_GROUP": "node.results"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            await eventually(lambda: bench.records(REQUESTED), every=0.2)
            (request,) = await bench.events(REQUESTED)
            assert isinstance(request.message, IngestRequested)
            asset = request.message.asset_id
            end = AssetRejected(work=Work(asset_id=asset), code="unreachable", detail="It is not there.")
            envelope = Envelope("e1", "framewell/ingest", REJECTED, datetime.now(UTC), asset)
            await bench.publisher.deliver([result_record(Event(envelope, end))])
            async with asyncio.timeout(60):
                printed = (await process.communicate())[0].decode()
        finally:
            if process.returncode is None:
                process.kill()
    assert process.returncode == 1, printed
    assert "It is not there." in printed
