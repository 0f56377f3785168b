"""The life of a process: it starts whatever is there, serves, and ends on a signal."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError
from uuid import UUID, uuid4

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.cloudevents import Event
from framewell_contracts.fact_types import fact_type
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.streams import StreamBench, a_cause
from framewell_kit.testing.waiting import eventually

GROUP = "ingest.accept_request"
ASSETS = [str(UUID(int=n)) for n in range(20)]


class Process:
    """One service process on ports of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.base = port_base()
        self.log = folder / f"{uuid4().hex}.log"
        own = {
            "PORT_BASE": str(self.base), "OBJECTS": str(folder / "objects"), "DRAIN_SECONDS": "5",
            "KAFKA": "127.0.0.1:9", "MONGO": "mongodb://127.0.0.1:9", **settings,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("service_for_tests.py")],
            env={**os.environ, **{f"FRAMEWELL_{name}": value for name, value in own.items()}},
            stderr=self.log.open("wb"),
        )

    def health(self, path: str) -> tuple[int, dict[str, object]]:
        """Status and answer of the health port; 0 while it does not listen."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.base + 40}{path}", timeout=2) as answer:
                body = answer.read()
                return answer.status, json.loads(body) if body[:1] == b"{" else {"text": body.decode()}
        except HTTPError as error:
            return error.code, json.loads(error.read())
        except (URLError, OSError):
            return 0, {}

    async def end(self) -> tuple[int, float]:
        """SIGTERM it; its exit code and how long it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 60), time.monotonic() - started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.mark.integration
async def test_a_service_does_its_work_and_drains(broker: str, database: str, folder: Path) -> None:
    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
        settings = {"KAFKA_PREFIX": bench.prefix, "DATABASE_PREFIX": f"t{uuid4().hex[:8]}_"}
        service = Process(folder, KAFKA=broker, MONGO=database, **settings)
        try:
            await eventually(lambda: service.health("/ready")[0] == 200, within=60, every=0.2)
            await bench.publish(
                *[IngestRequested(asset_id=one, uri="file:///x") for one in ASSETS], cause=a_cause("c")
            )
            answers: list[Event] = []

            async def answered() -> bool:
                answers[:] = await bench.events(fact_type(AssetRejected).type)
                return len(answers) >= 20

            await eventually(answered, every=0.1)
            assert {event.message.work.asset_id for event in answers} == set(ASSETS)
            metrics = str(service.health("/metrics")[1]["text"])
            assert 'framewell_records_total{group="ingest.accept_request"' in metrics
            assert 'framewell_jobs_total{kind="fetch"' in metrics
            code, seconds = await service.end()
        finally:
            service.process.kill()
        assert code == 0
        assert seconds < 30
        lines = [json.loads(line) for line in service.log.read_text().splitlines()]
        ended = [line for line in lines if line["event"] == "job ended"]
        assert {line["service"] for line in lines} == {"ingest"}
        assert all(line["asset_id"] and line["trace_id"] and line["event_id"] for line in ended)


@pytest.mark.slow
async def test_a_service_waits_for_what_it_depends_on_and_ends_all_the_same(folder: Path) -> None:
    service = Process(folder)
    try:
        await eventually(lambda: service.health("/live")[0] == 200, within=60, every=0.2)
        assert service.health("/started")[0] == 503
        status, answer = service.health("/ready")
        assert status == 503
        assert "waiting for the document database" in str(answer["waiting"])
        await eventually(lambda: "waiting for what the service depends on" in service.log.read_text())
        code, seconds = await service.end()
    finally:
        service.process.kill()
    assert code == 0
    assert seconds < 30


@pytest.mark.integration
async def test_another_key_for_names_is_one_clear_line_and_an_end(database: str, folder: Path) -> None:
    settings = {"MONGO": database, "DATABASE_PREFIX": f"t{uuid4().hex[:8]}_"}
    first = Process(folder, NAME_KEY="ab" * 32, **settings)
    try:
        await eventually(lambda: "the broker" in str(first.health("/ready")[1]), within=60, every=0.2)
        await first.end()
    finally:
        first.process.kill()
    other = Process(folder, NAME_KEY="cd" * 32, **settings)
    try:
        assert await asyncio.to_thread(other.process.wait, 60) == 1
    finally:
        other.process.kill()
    errors = [
        line for line in map(json.loads, other.log.read_text().splitlines()) if line["level"] == "error"
    ]
    assert [line["event"] for line in errors] == ["the service cannot run"]
    assert "put the earlier key back" in errors[0]["reason"]


@pytest.mark.integration
async def test_missing_topics_are_named_and_waited_for(broker: str, database: str, folder: Path) -> None:
    async with StreamBench(broker) as bench:
        service = Process(folder, KAFKA=broker, MONGO=database, KAFKA_PREFIX=bench.prefix)
        try:
            await eventually(
                lambda: "run 'framewell topics apply'" in str(service.health("/ready")[1]),
                within=60,
                every=0.2,
            )
            await bench.declare(IngestRequested, AssetRejected, groups=[GROUP])
            await eventually(lambda: service.health("/ready")[0] == 200, within=60, every=0.2)
        finally:
            service.process.kill()


@pytest.mark.slow
async def test_a_busy_port_is_one_clear_line(folder: Path) -> None:
    first = Process(folder)
    try:
        await eventually(lambda: first.health("/live")[0] == 200, within=60, every=0.2)
        second = Process(folder, PORT_BASE=str(first.base))
        assert await asyncio.to_thread(second.process.wait, 60) == 1
        (line,) = second.log.read_text().splitlines()
        assert json.loads(line)["event"] == "the service cannot run"
        assert str(first.base + 40) in json.loads(line)["reason"]
    finally:
        first.process.kill()
