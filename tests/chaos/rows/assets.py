"""The mesh itself, all six services on real media: every asset ends, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chaos import checkers
from chaos.checkers import Effect
from chaos.environment import Environment
from chaos.load import SOURCE, Load
from chaos.observer import Observer
from chaos.outcome import Outcome
from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.processes import end, of_mesh
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import asset_id
from framewell_contracts.services import SERVICES
from framewell_demo.sources import FOLDER
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kit.documents import MongoDocuments
from framewell_kit.outcomes import Busy
from framewell_kit.stream.policy.attempts import COLLECTION, MAX_ATTEMPTS

MEDIA = Path(__file__).resolve().parents[3] / FOLDER
ANALYSED, REJECTED = fact_type(AssetAnalysed).type, fact_type(AssetRejected).type
COPIES = 5
BETWEEN_KILLS_SECONDS = 6.0
MOST_KILLS = 24
PATIENCE_SECONDS = 420.0


async def assets(environment: Environment) -> Outcome:
    """Whole and damaged media go in while services die in turn, one chunk's worker as often as it starts."""
    outcome = Outcome("assets", "services of the real mesh killed, and a chunk that kills its worker")
    media = environment.folder / "media"
    wanted = dict(_requests(_prepared(media)))
    mesh = TemporaryMesh.at(environment.folder / "mesh", roots=(media,))
    try:
        async with mesh.running(stay=False) as addresses:
            await _play(mesh, addresses, wanted, outcome)
    finally:
        end(of_mesh(mesh.folder.state), grace_seconds=5.0)
    return outcome


async def _play(
    mesh: TemporaryMesh, addresses: Mapping[str, str], wanted: Mapping[str, IngestRequested], outcome: Outcome
) -> None:
    load = Load(addresses["kafka"], "")
    chunk = DeadlyChunk(addresses["mongo"], mesh.folder)
    async with Observer(addresses["kafka"], "", [ANALYSED, REJECTED]) as observer:
        harm = [asyncio.create_task(chunk.strike()), asyncio.create_task(_kill_in_turn(mesh.folder, outcome))]
        try:
            await load.facts(wanted.items())
            ids = {asset_id(SOURCE, name) for name in wanted}
            with suppress(TimeoutError):
                await observer.until(
                    lambda: ids <= _ended(observer), PATIENCE_SECONDS, "the last asset's end"
                )
        finally:
            for task in harm:
                task.cancel()
            await asyncio.gather(*harm, return_exceptions=True)
        await observer.caught_up()
        seen = [*observer.seen[ANALYSED], *observer.seen[REJECTED]]
        outcome.events_in, outcome.effects_out = len(load.acknowledged), len(_ended(observer))
        missing = checkers.lost(sorted(ids), _ended(observer))
        outcome.lost = len(missing)
        outcome.doubled = len(
            checkers.doubled(Effect(one.message.work.asset_id, one.id, one.digest) for one in seen)
        )
        outcome.times += chunk.strikes
        outcome.require(not missing, f"assets without an end: {missing[:3]}")
        outcome.require(chunk.strikes >= MAX_ATTEMPTS - 1, "no chunk's worker was killed often enough")
        incomplete = [one for one in observer.seen[ANALYSED] if one.message.missing]
        outcome.require(incomplete, "no asset ended with a chunk missing: the row has not tried that")
    load.close()


def _ended(observer: Observer) -> set[str]:
    return {one.message.work.asset_id for topic in (ANALYSED, REJECTED) for one in observer.seen[topic]}


def _prepared(folder: Path) -> Path:
    """The media: as they are, cut off, and with a hole in the middle. Raises FileNotFoundError."""
    folder.mkdir(parents=True)
    for name in ("bikes.mp4", "official-portrait.jpg"):
        shutil.copy(MEDIA / name, folder / name)
    whole = (MEDIA / "bikes.mp4").read_bytes()
    (folder / "cut-off.mp4").write_bytes(whole[: len(whole) // 3])
    middle, hole = len(whole) // 2, 20_000
    (folder / "damaged.mp4").write_bytes(whole[:middle] + bytes(hole) + whole[middle + hole :])
    return folder


def _requests(folder: Path) -> Iterator[tuple[str, IngestRequested]]:
    names = ["bikes.mp4"] * COPIES + ["official-portrait.jpg", "cut-off.mp4", "damaged.mp4"]
    run = datetime.now(UTC).isoformat()
    for number, name in enumerate(names):
        yield f"{number}-{run}", IngestRequested(uri=(folder / name).as_uri())


async def _kill_in_turn(folder: MeshFolder, outcome: Outcome) -> None:
    """Kill one service after the other, until cancelled; the mesh's supervisor brings them back."""
    for kill in range(MOST_KILLS):
        await asyncio.sleep(BETWEEN_KILLS_SECONDS)
        outcome.times += _kill(folder, SERVICES[kill % len(SERVICES)])


def _kill(folder: MeshFolder, service: str) -> bool:
    table = ProcessTable.read(folder)
    process = dict(table.processes).get(service) if table is not None else None
    if process is None or not process.alive():
        return False
    os.kill(process.pid, signal.SIGKILL)
    return True


@dataclass(slots=True)
class DeadlyChunk:
    """One record of the transcoder during which its process is killed, every time it is started."""

    mongo: str
    folder: MeshFolder
    strikes: int = 0
    _victim: str = ""
    _struck: set[int] = field(default_factory=set)

    async def strike(self, within: float = 180) -> None:
        """Wait for a chunk to begin, then kill its worker as long as it begins again."""
        documents = MongoDocuments(self.mongo, "framewell_transcode")
        deadline = time.monotonic() + within
        try:
            while self.strikes < MAX_ATTEMPTS - 1 and time.monotonic() < deadline:
                await self._look(documents)
                await asyncio.sleep(0.02)
        finally:
            documents.close()

    async def _look(self, documents: MongoDocuments) -> None:
        query = {"_id": self._victim} if self._victim else {}
        try:
            begun = await documents.find(COLLECTION, query, limit=1)
        except Busy:
            return
        if begun and begun[0]["attempts"] not in self._struck and _kill(self.folder, "transcode"):
            self._victim = begun[0]["_id"]
            self._struck.add(begun[0]["attempts"])
            self.strikes += 1
