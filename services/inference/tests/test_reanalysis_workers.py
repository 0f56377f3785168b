"""Workers of a campaign: killed at any write, several at once, while assets go."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell_inference.testing.campaigns import (
    ASSETS,
    Spotter,
    hand_out,
    opened,
    show,
    start,
    state_hash,
    work_off,
)
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.objects import MemoryObjects
from framewell_kit.testing.clocks import HeldClock


async def copied(documents: MemoryDocuments) -> MemoryDocuments:
    copy = MemoryDocuments()
    for name, kept in documents._collections.items():
        for document in kept.values():
            await copy.insert_once(name, document)
    return copy


async def undisturbed(documents: MemoryDocuments, objects: MemoryObjects) -> MemoryDocuments:
    calm = await copied(documents)
    async with opened(calm, objects, Spotter("old"), Spotter("new")) as bench:
        await start(bench)
        await work_off(bench)
    return calm


class KilledError(BaseException):
    """The process is dead: nobody catches it, nobody cleans up."""


class Mortal:
    """A store whose process is killed at a call: before that takes effect, or right `after`."""

    def __init__(self, documents: Documents, at: int, *, after: bool) -> None:
        self._documents, self._at, self._after = documents, at, after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._documents, name)

        async def call(*args: Any, **more: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number < self._at:
                return await method(*args, **more)
            if number == self._at and self._after:
                await method(*args, **more)
            raise KilledError

        return call


STEP = 19
"""Every so many calls of the store a worker is killed: 28 times in one campaign."""


async def test_a_worker_that_dies_at_any_write_leaves_the_same_state_as_one_that_does_not(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    calm = await undisturbed(documents, objects)
    wanted, died = await state_hash(calm), 0
    for number, at in enumerate(range(40, 560, STEP)):
        after = number % 2 == 1
        stores = await copied(documents)
        async with opened(stores, objects, Spotter("old"), Spotter("new")) as bench:
            await start(bench)
        mortal = Mortal(stores, at, after=after)
        with contextlib.suppress(KilledError):
            async with opened(cast(Documents, mortal), objects, Spotter("old"), Spotter("new")) as bench:
                await work_off(bench)
        died += mortal.calls > at
        async with opened(stores, objects, Spotter("old"), Spotter("new")) as bench:
            assert isinstance(bench.clock, HeldClock)
            bench.clock.advance(3600)
            await bench.run_jobs()
            bench.clock.advance(3600)  # the lease of who died has expired
            await work_off(bench)
        assert await state_hash(stores) == wanted, f"died at write {at}"
    assert died > 20, "it was killed in the middle, again and again"


async def test_nothing_of_a_campaign_names_an_asset_that_is_gone(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    async with opened(documents, objects, Spotter("old"), Spotter("new")) as bench:
        campaign_id = await start(bench, asset_ids=ASSETS[:2])
        await hand_out(bench)
        for asset_id in (ASSETS[0], ASSETS[1]):  # the second one is where it has come to
            await bench.deliver(AssetRemoved(asset_id=asset_id))
            for name in ("campaigns", "analysed_assets"):
                assert asset_id not in str(await documents.find(name, {}))
        await work_off(bench)
        shown = await show(bench, campaign_id)
        assert (shown.state, shown.assets, shown.chunks) == (api.REANALYSIS_STATE_DONE, 0, 0)


@pytest.mark.parametrize(
    "further", [{}, {"channels": ["Kanal Eins"]}, {"since": Timestamp(seconds=-(10**9))}]
)
async def test_a_campaign_over_assets_that_are_all_gone_selects_no_other_asset(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects, further: dict[str, Any]
) -> None:
    new = Spotter("new")
    async with opened(documents, objects, Spotter("old"), new) as bench:
        campaign_id = await start(bench, asset_ids=ASSETS[:1], **further)
        tried = new.shown
        assert (await show(bench, campaign_id)).estimate.assets == 1
        await bench.deliver(AssetRemoved(asset_id=ASSETS[0]))
        await work_off(bench, 6)
        shown = await show(bench, campaign_id)
        assert (shown.state, shown.assets, new.shown - tried) == (api.REANALYSIS_STATE_DONE, 0, 0)


async def test_replicas_share_a_campaign_and_no_picture_is_looked_at_twice(
    three_assets: None, documents: MemoryDocuments, objects: MemoryObjects
) -> None:
    first, second = Spotter("new", seconds=0.01), Spotter("new", seconds=0.01)
    async with (
        opened(documents, objects, Spotter("old"), first) as one,
        opened(documents, objects, Spotter("old"), second) as other,
    ):
        campaign_id = await start(one)
        first.shown = 0
        for _ in range(8):
            await asyncio.gather(one.run_jobs(), other.run_jobs())
            for bench in (one, other):
                assert isinstance(bench.clock, HeldClock)
                bench.clock.advance(3)
        assert (await show(one, campaign_id)).state == api.REANALYSIS_STATE_DONE
        assert first.shown + second.shown == 12
        assert min(first.shown, second.shown) > 0
