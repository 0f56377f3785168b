"""A person is erased on a real mesh while services die: nothing of them is found or comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from aiokafka import AIOKafkaProducer

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue
from framewell.dataset.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.process_table import ProcessTable
from framewell_contracts.fact_types import FACTS
from framewell_demo.media import prepare
from framewell_demo.rendering.programmes import MAN
from framewell_demo.sources import open_sources
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_reading import partitions_of, read_to_end, reader
from framewell_kit.testing.waiting import PATIENCE, eventually, remains

pytestmark = [pytest.mark.story, pytest.mark.timeout(900)]

KILLED = ("dataset", "inference", "training")
WITHOUT_WORK = ("framewell.ingest.requested.v1",)
"""Requests are sent again by hand: a replayed one is the same asset, which is known."""


class Mesh:
    """A running mesh and the command, as a person at its terminal has them."""

    def __init__(self, mesh: TemporaryMesh, addresses: Mapping[str, str]) -> None:
        self.folder: MeshFolder = mesh.folder
        self.addresses, self._environment = addresses, mesh.environment

    def run(self, *words: str, code: int = 0) -> Any:
        """Run the command with --json; return its document."""
        done = self._run(*words)
        assert done.returncode == code, (
            f"{words}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def asked_until_answered(self, *words: str) -> Any:
        """Run the command, as often as a part of the mesh is away; return its document."""
        until = time.monotonic() + PATIENCE
        while (done := self._run(*words)).returncode and '"unavailable"' in done.stdout + done.stderr:
            assert time.monotonic() < until, done.stdout
        assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return json.loads(done.stdout)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "framewell_cli.main", *words, "--json"],
            env=self._environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    def names(self) -> list[str]:
        return [one["name"] for one in self.run("dataset", "classes")["classes"]]

    def kill(self, name: str) -> None:
        """End a service as a machine without power would."""
        table = ProcessTable.read(self.folder)
        assert table is not None
        for process, identity in table.processes:
            if process == name:
                os.kill(identity.pid, signal.SIGKILL)


@pytest.fixture
def programmes(home: Path) -> Path:
    folder = home / "programmes"
    prepare(open_sources(home / "sources"), folder)
    return folder


async def test_who_is_erased_is_found_nowhere_and_does_not_come_back(home: Path, programmes: Path) -> None:
    temporary = TemporaryMesh.at(home / "mesh", roots=(programmes,))
    async with temporary.running(stay=False) as addresses:
        mesh = Mesh(temporary, addresses)
        class_id, page = await learned(mesh, programmes, home / "page.html")
        killer = threading.Thread(target=kill_each, args=(mesh,))
        killer.start()
        proof = mesh.asked_until_answered("erase", MAN.name, "--yes", "--prove")
        killer.join()
        assert proof["verdict"].startswith("nothing found in"), proof["verdict"]
        assert {answer["service"] for answer in proof["answers"]} >= set(KILLED)
        assert not page.exists(), "the report page names him"
        refused(mesh, MAN.name)
        refused(mesh, f"Dr. {MAN.name}")
        again = programmes / "again.mp4"
        again.write_bytes((programmes / "programme-a.mp4").read_bytes() + b"\0" * 64)
        mesh.run("ingest", str(again), "--rights", "own-production", "--wait")
        await replay(addresses["kafka"])
        await remains(lambda: MAN.name not in mesh.names(), seconds=20, every=2)
        proof = mesh.run("erase", f"class:{class_id}", "--yes", "--prove", code=1)
        assert proof["verdict"].startswith("not proved: its names are not known any more"), proof["verdict"]
        assert [place for place in proof["places"] if place["not_searched"]] == []


async def learned(mesh: Mesh, programmes: Path, page: Path) -> tuple[str, Path]:
    """Take programme A in, accept the man it names, with words, and wait until a model names him."""
    mesh.run("ingest", str(programmes / "programme-a.mp4"), "--rights", "own-production", "--wait",
             "--report", str(page))  # fmt: skip
    samples = mesh.run("review", "list")["samples"]
    named = [one for one in samples if one.get("class_id")]
    assert named
    assert MAN.name in mesh.names()
    mesh.run("review", "accept", *(one["sample_id"] for one in named), "--note", f"surely {MAN.name}")

    asset = named[0]["provenance"]["asset_id"]

    def recognised() -> bool:
        return MAN.name in {one["name"] for one in mesh.run("show", asset)["people"]}

    await eventually(recognised, every=1)
    return named[0]["class_id"], page


def kill_each(mesh: Mesh) -> None:
    for name in KILLED:
        time.sleep(1.5)
        mesh.kill(name)


def refused(mesh: Mesh, name: str) -> None:
    """Ask for a class of that name; it is refused without repeating the name."""
    request = catalogue.CreateClassRequest(dataset_class=DatasetClass(dataset_id="people", name=name))
    address = mesh.addresses["grpc.dataset"]
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as error:
        CatalogueServiceStub(channel).CreateClass(request, timeout=30)
    assert "must not be learned again" in error.value.details()
    assert MAN.name not in error.value.details()


async def replay(kafka: str) -> None:
    """Send every record of every topic of facts once more, byte for byte."""
    names = [name for fact in FACTS.values() for name in fact.topic_names if name not in WITHOUT_WORK]
    access = BrokerAccess(kafka)
    async with reader(access) as consumer, AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        partitions = await partitions_of(access, names)
        begins = await consumer.beginning_offsets(partitions)
        records = [record async for record in read_to_end(consumer, begins)]
        for record in records:
            await producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=list(record.headers)
            )
