"""A mesh is scaled up and down by hand while it works, loses a replica, goes down, is moved and comes up."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from framewell_client import Gateway
from framewell_contracts.groups import GROUPS
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import PATIENCE, wait_until
from framewell_media.testing.clips import Clip, make_clip

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

PARTS = "kafka,mongo,ingest,transcode,inference,dataset,gateway"
"""Dataset among them: nothing is made before it says what may be done with an asset."""
ASSETS = 8


@dataclass(frozen=True, slots=True)
class Mesh:
    """The `framewell` command in one folder."""

    folder: Path
    port_base: int

    def __call__(self, *words: str, codes: tuple[int, ...] = (0,)) -> Any:
        """Run a command with --json; what it printed."""
        answer = subprocess.run(
            [sys.executable, "-m", "framewell_cli.main", *words, "--json"],
            cwd=self.folder,
            env={**_without_framewell(), "FRAMEWELL_PORT_BASE": str(self.port_base)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert answer.returncode in codes, answer.stderr
        return json.loads(answer.stdout)

    @property
    def rest(self) -> str:
        return f"http://127.0.0.1:{self.port_base + 10}"

    def processes(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self("status", codes=(0, 1))["processes"]}

    def members(self, service: str) -> dict[str, set[int]]:
        """Return the ordinals of the replicas in each group of a service."""
        return asyncio.run(_members(f"127.0.0.1:{self.port_base}", service))


def _without_framewell() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FRAMEWELL_")}


async def _members(kafka: str, service: str) -> dict[str, set[int]]:
    groups = [group for group in GROUPS if group.startswith(f"{service}.")]
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        found: dict[str, set[int]] = {}
        for group in groups:  # one by one: aiokafka misreads the answer about several
            (answer,) = await admin.describe_consumer_groups([group])
            members = answer.groups[0][5]
            # A static member's id is its name and a UUID, KIP-345: `transcode.stitch.1-2f0c…`.
            found[group] = {int(one[0][:-37].rpartition(".")[2]) for one in members}
        return found
    finally:
        await admin.close()


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[Mesh]:
    (tmp_path / "here").mkdir()
    found = Mesh(tmp_path / "here", port_base())
    yield found
    for folder in (tmp_path / "here", tmp_path / "there"):
        if folder.exists():
            replace(found, folder=folder)("down")


def test_a_mesh_is_scaled_while_it_works_and_keeps_all_when_it_is_moved(mesh: Mesh) -> None:
    mesh("up", "--detach", "--only", PARTS)
    clip = make_clip(mesh.folder / ".framewell/inbox/clip.mp4", Clip(frames=150, rate=Fraction(25)))
    with Gateway(mesh.rest) as gateway:
        asked = [_submit(gateway, clip, number) for number in range(ASSETS // 2)]
        scaled = mesh("scale", "transcode=2", "inference=2")
        assert scaled["scale"] == {"ingest": 1, "transcode": 2, "inference": 2, "dataset": 1}
        assert {one["name"] for one in scaled["processes"]} >= {"transcode", "transcode-1", "inference-1"}
        wait_until(partial(_both_read, mesh, "transcode"), every=0.25)
        wait_until(partial(_both_read, mesh, "inference"), every=0.25)
        work = {one["service"]: one["replicas"] for one in gateway.why(asked[0])["services"]}
        assert len(work["transcode"]) == len(work["inference"]) == 2, "the gateway does not ask each replica"
        asked += [_submit(gateway, clip, number) for number in range(ASSETS // 2, ASSETS)]

        os.kill(mesh.processes()["transcode-1"]["pid"], signal.SIGKILL)
        wait_until(lambda: _came_back(mesh.processes()["transcode-1"]), every=0.25)
        addresses = json.loads((mesh.folder / ".framewell/endpoints.json").read_text())
        assert addresses["grpc.transcode-1"] == mesh.processes()["transcode-1"]["address"]

        mesh("scale", "transcode=1", "inference=1")
        gone = mesh.members("transcode")
        assert set(map(frozenset, gone.values())) == {frozenset({0})}, gone
        for asset in asked:
            assert gateway.wait(asset)["state"] == "analysed"
        assert {"transcode-1", "inference-1"}.isdisjoint(mesh.processes())

    mesh("scale", "transcode=2")
    mesh("down")
    moved = replace(mesh, folder=mesh.folder.with_name("there"))
    mesh.folder.rename(moved.folder)
    moved("up", "--detach", "--only", PARTS)
    kept = {"ingest": 1, "transcode": 2, "inference": 1, "dataset": 1}
    assert moved("scale")["scale"] == kept
    addresses = json.loads((moved.folder / ".framewell/endpoints.json").read_text())
    assert addresses["objects"] == str(moved.folder / ".framewell/objects")
    with Gateway(moved.rest) as gateway:
        assert {one["asset_id"] for one in gateway.assets()} == {*asked}
        assert gateway.frame(asked[0], 0).startswith(b"\xff\xd8")
        again = _submit(gateway, moved.folder / ".framewell/inbox/clip.mp4", ASSETS)
        assert gateway.wait(again)["state"] == "analysed"


def _submit(gateway: Gateway, clip: Path, number: int) -> str:
    request = {"uri": clip.as_uri(), "programme": {"title": f"Part {number}"}}
    return str(gateway.submit(request, request_id=f"scale-{number}")["asset_id"])


def _both_read(mesh: Mesh, service: str) -> bool:
    return all(members == {0, 1} for members in mesh.members(service).values())


def _came_back(process: dict[str, Any]) -> bool:
    return bool(process["restarts"] == 1 and process["state"] == "ready")


def test_a_process_that_knows_only_the_printed_settings_is_a_replica(mesh: Mesh, tmp_path: Path) -> None:
    """As on another machine: another folder, and nothing of this environment but what was printed."""
    mesh("up", "--detach", "--only", "kafka,mongo,transcode")
    environment = mesh("settings", "transcode", "--env")["environment"]
    # A secret, which has to be copied by hand.
    environment["FRAMEWELL_NAME_KEY"] = (mesh.folder / ".framewell/name.key").read_text().strip()
    (tmp_path / "elsewhere").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "framewell_transcode"],
        cwd=tmp_path / "elsewhere",
        env={"PATH": os.environ["PATH"], **environment},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _members_beside(mesh) == {1}, every=0.25)
        ready = f"http://127.0.0.1:{int(environment['FRAMEWELL_PORT_BASE']) + 41}/ready"
        wait_until(lambda: httpx.get(ready, trust_env=False).is_success, every=0.25)
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert process.returncode == 0
    assert _members_beside(mesh) == {0}, "without an ordinal it leaves when it stops"


def _members_beside(mesh: Mesh) -> set[int]:
    """Return how many members of each group, or lane of it, are none of the mesh's own replicas."""
    counts = asyncio.run(_strangers(f"127.0.0.1:{mesh.port_base}"))
    return {bool(count) for count in counts}


async def _strangers(kafka: str) -> list[int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        counts = []
        for group in (one for one in GROUPS if one.startswith("transcode.")):
            (answer,) = await admin.describe_consumer_groups([group])
            counts.append(sum(not one[0].startswith("transcode.") for one in answer.groups[0][5]))
        return counts
    finally:
        await admin.close()
