"""Clips through a whole mesh: how long until the first chunk plays, until all do, until it is analysed."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.idle.mesh import mesh
from benchmarks.media.contest import Void
from framewell_cli.mesh.folder import STATE_VARIABLE
from framewell_client import Endpoints, Gateway

CHUNK = "framewell.chunk.transcoded.v1"
TRANSCODED = "framewell.asset.transcoded.v1"
ANALYSED = "framewell.asset.analysed.v1"
FAILED = ("framewell.asset.rejected.v1", "framewell.asset.removed.v1")
_STATEMENT = {"issuer": "house", "use": "allowed", "legal_basis": "own_production"}
SCALE_MEMBERS = "kafka,mongo,ingest,dataset,transcode,gateway"


@dataclass(frozen=True, slots=True)
class Passed:
    """One clip: its length, and seconds from the request to what came of it."""

    length: float
    first_chunk: float
    transcoded: float
    analysed: float


@dataclass(frozen=True, slots=True)
class Scaled:
    """Several clips at once through so many processes of transcode."""

    load: str
    processes: int
    length: float
    """Of all clips, in seconds."""
    seconds: float

    @property
    def rate(self) -> float:
        """Return seconds of pictures a second."""
        return self.length / self.seconds


def one_clip(folder: Path, warm_up: Path, clip: Path, length: float) -> Passed:
    """Send a clip through a mesh that has worked before, and return when its parts came."""
    with _gateway(folder) as gateway:
        _send_and_wait(gateway, warm_up, ANALYSED)
        times = _send_and_wait(gateway, clip, ANALYSED)
    return Passed(length, times[CHUNK], times[TRANSCODED], times[ANALYSED])


def scaled(
    folder: Path, load: str, clips: Sequence[tuple[Path, float]], processes: int, warm_up: Path
) -> Scaled:
    """Send all clips at once through so many processes of transcode, without analysis, and time it."""
    options = "--only", SCALE_MEMBERS, "--scale", f"transcode={processes}"
    with _gateway(folder, *options) as gateway, ThreadPoolExecutor(len(clips)) as threads:
        list(threads.map(lambda _: _send_and_wait(gateway, warm_up, TRANSCODED), range(processes)))
        began = time.monotonic()
        list(threads.map(lambda one: _send_and_wait(gateway, one[0], TRANSCODED), clips))
        seconds = time.monotonic() - began
    return Scaled(load, processes, sum(length for _, length in clips), seconds)


@contextmanager
def _gateway(folder: Path, *options: str) -> Iterator[Gateway]:
    with mesh(folder, *options) as running:
        address = Endpoints.find({**os.environ, STATE_VARIABLE: str(running.state)}).rest
        with Gateway(address) as gateway:
            yield gateway


def _send_and_wait(gateway: Gateway, clip: Path, until: str) -> dict[str, float]:
    """Return the seconds from the request to the first event of each type, up to one of the type `until`."""
    sent = gateway.upload(clip)
    began, times = time.monotonic(), dict[str, float]()
    request = {"uri": sent["uri"], "programme": {"title": clip.name}, "statements": [_STATEMENT]}
    asset_id = gateway.submit(request)["asset_id"]
    for event in gateway.follow(asset_id):
        times.setdefault(event["type"], time.monotonic() - began)
        if event["type"] in FAILED:
            raise Void(f"{clip.name}: {event['type']}: {event['data']}")
        if event["type"] == until:
            return times
    raise AssertionError("follow never ends")
