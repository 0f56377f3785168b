"""The corpus against a mesh of real processes, with a good live file sent into the middle of it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected
from framewell_contracts.identity import asset_id
from framewell_demo.facts import FactLog, StepTimeoutError, following
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit.stream.policy.retry import INTERNAL_ERROR
from framewell_media.testing import Clip, make_clip
from hostile.corpus import BrokenFile
from hostile.inspection import PROMISED_CODES

_TOPIC: Final = "framewell.ingest.requested.v1"
_SOURCE: Final = "/hostile"
_LIVE: Final = "live"
_LIVE_SECONDS: Final = 90.0
"""A clip of ten seconds on two cores, beside everything else."""
_ALL_SECONDS: Final = 1200.0


async def faults_of_a_mesh(files: Sequence[BrokenFile], folder: Path) -> list[str]:
    """Send the files to a fresh mesh and a good one in between; return what must not have happened."""
    media = folder / "media"
    media.mkdir()
    for number, file in enumerate(files):
        (media / f"{number:04}{file.suffix}").write_bytes(file.data)
    live = make_clip(media / "live.mp4", Clip(frames=250))
    async with TemporaryMesh.at(folder / "mesh", roots=(media,)).running(stay=False) as endpoints:
        kafka = endpoints["kafka"]
        async with (
            following(BrokerAccess(kafka)) as log,
            AIOKafkaProducer(bootstrap_servers=kafka) as producer,
        ):
            half = len(files) // 2
            for number in range(half):
                await _request(producer, str(number), media / f"{number:04}{files[number].suffix}")
            begun = time.monotonic()
            await _request(producer, _LIVE, live, lane="live")
            for number in range(half, len(files)):
                await _request(producer, str(number), media / f"{number:04}{files[number].suffix}")
            faults = await _live_faults(log, begun)
            return faults + await _faults_of_all(log, files)


async def _request(producer: AIOKafkaProducer, name: str, path: Path, lane: str = "archive") -> None:
    event = {"specversion": "1.0", "id": name, "source": _SOURCE, "type": _TOPIC}
    event["data"] = {"uri": path.as_uri(), "lane": lane}  # type: ignore[assignment]
    await producer.send_and_wait(_TOPIC, json.dumps(event).encode())


async def _live_faults(log: FactLog, begun: float) -> list[str]:
    asset = asset_id(_SOURCE, _LIVE)
    try:
        end = await log.until(lambda log: _end_of(log, asset), "the live file's end", _LIVE_SECONDS)
    except StepTimeoutError as error:
        return [f"the good live file: {error}"]
    print(f"the good live file was analysed after {time.monotonic() - begun:.1f} s", flush=True)
    if not isinstance(end, AssetAnalysed) or not end.outcome.HasField("done"):
        return [f"the good live file ended wrong: {end}"]
    return []


async def _faults_of_all(log: FactLog, files: Sequence[BrokenFile]) -> list[str]:
    assets = {asset_id(_SOURCE, str(number)): file.name for number, file in enumerate(files)}

    def all_ended(log: FactLog) -> dict[str, Any] | None:
        ends = _ends(log, assets)
        return ends if len(ends) == len(assets) else None

    faults: list[str] = []
    try:
        ends = await log.until(all_ended, "the end of every file", _ALL_SECONDS)
    except StepTimeoutError:
        ends = _ends(log, assets)
        faults += [f"{name}: no end" for asset, name in assets.items() if asset not in ends]
    for asset, end in ends.items():
        refused = isinstance(end, AssetRejected) and end.code not in PROMISED_CODES
        if refused or INTERNAL_ERROR in str(end):
            faults.append(f"{assets[asset]}: {end}")
    taken_in = len({fact.work.asset_id for fact, _ in log.of(AssetIngested)} & assets.keys())
    kinds = Counter(end.code if isinstance(end, AssetRejected) else "analysed" for end in ends.values())
    print(f"{len(files)} files to a mesh, {taken_in} taken in; ends: {dict(kinds)}", flush=True)
    return faults


def _ends(log: FactLog, assets: Collection[str]) -> dict[str, AssetAnalysed | AssetRejected]:
    found: dict[str, AssetAnalysed | AssetRejected] = {}
    for analysed, _ in log.of(AssetAnalysed):
        found[analysed.work.asset_id] = analysed
    for rejected, _ in log.of(AssetRejected):
        found[rejected.work.asset_id] = rejected
    return {asset: end for asset, end in found.items() if asset in assets}


def _end_of(log: FactLog, asset: str) -> AssetAnalysed | AssetRejected | None:
    return _ends(log, (asset,)).get(asset)
