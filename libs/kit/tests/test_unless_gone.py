"""Work on an asset that is gone makes nothing that stays, whoever dies when."""

import asyncio
from collections.abc import Sequence

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE
from framewell_kit import watched_work
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs.model import Job, Lease
from framewell_kit.jobs.unless_gone import WorkUnlessGone
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.waiting import PATIENCE, remains
from framewell_kit.tombstones import Going, Tombstones, UnlessGone, asset_subject

FACT = AssetRejected(work=Work(asset_id="a"))


class Died(Exception):
    """Stands for the end of a worker's process."""


class Maker:
    """Makes one thing of an asset, after whatever happens meanwhile."""

    def __init__(self, tombstones: Tombstones) -> None:
        self.tombstones = tombstones
        self.made: set[str] = set()
        self.goes_meanwhile = self.stuck = self.dies = False

    async def make(self, *_: object) -> Sequence[Outgoing]:
        if self.stuck:
            await asyncio.sleep(3600)
        self.made.add("a")
        if self.goes_meanwhile:
            await self.tombstones.put(asset_subject("a"), Going.ERASED, "e")
        if self.dies:
            raise Died
        return [FACT]

    async def forget(self, asset_id: str) -> None:
        self.made.discard(asset_id)


@pytest.fixture
def maker() -> Maker:
    return Maker(Tombstones(MemoryDocuments(), HeldClock()))


def cause() -> Cause:
    return Cause("c", "s", "t", HeldClock().now())


@pytest.mark.parametrize("kind", ["stage", "job"])
async def test_what_was_made_of_an_asset_that_went_meanwhile_does_not_stay(maker: Maker, kind: str) -> None:
    async def run() -> Sequence[object]:
        if kind == "stage":
            return await UnlessGone(maker.make, maker.tombstones, maker.forget)(FACT, cause())
        job = Job("plan", "a/1", {}, cause(), LANE_ARCHIVE, 1, {})
        return await WorkUnlessGone(maker.make, maker.tombstones, maker.forget)(job, NO_LEASE)

    assert (list(await run()), maker.made) == ([FACT], {"a"})
    maker.goes_meanwhile = maker.dies = True
    with pytest.raises(Died):
        await run()
    assert maker.made, "its worker died before it could look"
    assert (list(await run()), maker.made) == ([], set()), "whoever has it next takes it away"
    maker.goes_meanwhile, maker.dies = False, False
    assert (list(await run()), maker.made) == ([], set())


NO_LEASE: Lease = None  # type: ignore[assignment]  # the work of this test asks for none


async def test_a_job_stops_once_its_asset_is_gone(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_work, "LOOK_SECONDS", 0.01)
    maker.stuck = True
    job = Job("plan", "a/1", {}, cause(), LANE_ARCHIVE, 1, {})
    running = asyncio.ensure_future(WorkUnlessGone(maker.make, maker.tombstones, maker.forget)(job, NO_LEASE))
    await asyncio.sleep(0)
    await maker.tombstones.put(asset_subject("a"), Going.REMOVED, "e")
    assert list(await running) == []


@pytest.mark.parametrize("kind", ["stage", "job"])
@pytest.mark.parametrize("way", ["gone", "replaced"])
async def test_heavy_work_stops_once_nobody_wants_it(
    maker: Maker, monkeypatch: pytest.MonkeyPatch, kind: str, way: str
) -> None:
    monkeypatch.setattr(watched_work, "LOOK_SECONDS", 0.01)
    maker.stuck, current = True, True

    async def is_current(_: object) -> bool:
        return current

    async def run() -> Sequence[object]:
        if kind == "stage":
            heavy = UnlessGone(maker.make, maker.tombstones, maker.forget, is_current)
            return await heavy(FACT, cause())
        job = Job("plan", "a/1", {}, cause(), LANE_ARCHIVE, 1, {})
        return await WorkUnlessGone(maker.make, maker.tombstones, maker.forget, is_current)(job, NO_LEASE)

    running = asyncio.ensure_future(run())
    await remains(lambda: not running.done(), seconds=0.05)
    if way == "gone":
        await maker.tombstones.put(asset_subject("a"), Going.REMOVED, "e")
    else:
        current = False
    assert list(await asyncio.wait_for(running, PATIENCE)) == []
