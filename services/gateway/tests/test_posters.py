"""Posters: taken before anybody looks, kept for who looks again, and gone with their asset."""

import asyncio
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetRemoved, AssetTranscoded
from framewell.media.v1.media_pb2 import Shot, Span, Work
from framewell.media.v1.media_service_pb2 import (
    GetFrameResponse,
    ListMediaEventsResponse,
    ListShotsResponse,
)
from framewell_gateway.entrypoints import posters
from framewell_gateway.entrypoints.posters import PosterService
from framewell_gateway.steps.keep_posters import KeepPosters
from framewell_kit.outcomes import Busy, Conflict
from framewell_kit.testing.clocks import HeldClock
from framewell_kit.testing.waiting import eventually
from framewell_kit.tombstones import Going, asset_subject

IDS = [f"1c5b2c1e-0000-4000-8000-{number:012}" for number in range(100)]


@pytest.fixture
def shown(mesh: Any) -> Any:
    """A mesh whose transcode has pictures."""
    mesh.transcode.answers |= {
        "GetFrame": GetFrameResponse(jpeg=b"JPEG", key="ab/abcd.jpg"),
        "ListShots": ListShotsResponse(shots=[Shot(span=Span(first_frame=0, frames=50))]),
        "ListMediaEvents": ListMediaEventsResponse(),
    }
    return mesh


async def test_a_page_of_posters_asks_nobody_the_second_time(shown: Any, gateway: httpx.AsyncClient) -> None:
    for expected in (300, 0):
        shown.transcode.asked.clear()
        for asset_id in IDS:
            answer = await gateway.get(f"/v1/assets/{asset_id}/poster?width=320")
            assert (answer.status_code, answer.content) == (200, b"JPEG")
        assert len(shown.transcode.asked) == expected


async def test_a_kept_poster_of_an_asset_that_is_gone_is_not_shown(
    shown: Any, gateway: httpx.AsyncClient
) -> None:
    path = f"/v1/assets/{IDS[0]}/poster"
    etag = (await gateway.get(path)).headers["etag"]
    await shown.models.tombstones.put(asset_subject(IDS[0]), Going.ERASED, "test")
    assert (await gateway.get(path)).status_code == 410
    assert (await gateway.get(path, headers={"if-none-match": etag})).status_code == 410


async def test_a_poster_of_before_the_shots_are_known_is_not_kept(
    shown: Any, gateway: httpx.AsyncClient
) -> None:
    shown.transcode.answers["ListShots"] = Conflict("still being transcoded")
    for _ in range(2):
        shown.transcode.asked.clear()
        await gateway.get(f"/v1/assets/{IDS[0]}/poster")
        assert [name for name, _ in shown.transcode.asked] == ["ListShots", "GetFrame"]


async def test_a_poster_is_taken_when_its_asset_can_be_shown(shown: Any) -> None:
    context = shown.context()
    service = PosterService(shown.events, context.show_poster, context.kept_posters, HeldClock())
    await service.start()
    try:
        await asyncio.sleep(0)
        await shown.happened(AssetTranscoded(work=Work(asset_id=IDS[1], generation=1)))
        await eventually(lambda: context.kept_posters.get(IDS[1], 320) is not None)
        await shown.happened(AssetRemoved(asset_id=IDS[1]))
        assert context.kept_posters.get(IDS[1], 320) is None
        assert service.waiting() == ""
    finally:
        await service.stop(1)


async def test_a_poster_that_cannot_be_taken_now_is_tried_again_and_then_left(shown: Any) -> None:
    shown.transcode.answers["GetFrame"] = Busy("no room")
    context = shown.context()
    service = PosterService(shown.events, context.show_poster, context.kept_posters, HeldClock())
    await service.start()
    try:
        await asyncio.sleep(0)
        await shown.happened(AssetTranscoded(work=Work(asset_id=IDS[2], generation=1)))
        asked = shown.transcode.asked
        await eventually(lambda: [name for name, _ in asked].count("GetFrame") == posters.TRIES)
        shown.transcode.answers["GetFrame"] = Conflict("no picture can be decoded")
        await shown.happened(AssetTranscoded(work=Work(asset_id=IDS[3], generation=1)))
        await eventually(lambda: [name for name, _ in asked].count("GetFrame") == posters.TRIES + 1)
        assert service.waiting() == ""
    finally:
        await service.stop(1)


async def test_assets_without_end_do_not_fill_the_memory(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posters, "MOST_WAITING", 10)
    context = shown.context()
    service = PosterService(shown.events, context.show_poster, context.kept_posters, HeldClock())
    with shown.events.hearing(service._hear):
        await shown.happened(*(AssetTranscoded(work=Work(asset_id=one, generation=1)) for one in IDS))
    assert len(service._wanted) == 10


def test_posters_are_kept_up_to_so_many_bytes_and_for_so_long() -> None:
    clock = HeldClock()
    kept = KeepPosters(clock, most_bytes=10_000)
    for asset_id in IDS:
        for width in (160, 320):
            kept.put(asset_id, width, GetFrameResponse(jpeg=bytes(1000)))
            assert kept.get(IDS[0], 320) is not None or asset_id == IDS[0]  # used: it stays
    assert kept.bytes == 10_000
    assert kept.get(IDS[1], 320) is None
    kept.put(IDS[0], 320, GetFrameResponse(jpeg=bytes(500)))
    assert kept.bytes <= 9_500
    clock.advance(601)
    kept.sweep()
    assert kept.bytes == 0
