"""Waiting for facts: what was received before counts, what comes later wakes, and every wait ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import Work
from framewell_demo.facts import FactLog, ReceivedFact, StepTimeoutError
from framewell_demo.gateway_reader import GatewayReader, NotPlayableError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def ingested(asset: str) -> ReceivedFact:
    return ReceivedFact(f"event-{asset}", NOW, AssetIngested(work=Work(asset_id=asset)))


async def wait_for(log: FactLog, asset: str, seconds: float = 60.0) -> AssetIngested:
    return await log.until(
        lambda log: next((fact for fact, _ in log.of(AssetIngested, asset)), None), asset, seconds
    )


async def test_a_fact_received_before_is_found_at_once() -> None:
    log = FactLog()
    log.add(ingested("a"))
    assert (await wait_for(log, "a", seconds=0.5)).work.asset_id == "a"


async def test_a_fact_received_later_wakes_every_waiter() -> None:
    log = FactLog()
    waiting = [asyncio.create_task(wait_for(log, asset)) for asset in ("a", "b", "b")]
    for asset in ("x", "a", "b"):
        await asyncio.sleep(0.01)
        log.add(ingested(asset))
    assert [fact.work.asset_id for fact in await asyncio.gather(*waiting)] == ["a", "b", "b"]


async def test_waiting_ends_with_what_was_waited_for() -> None:
    with pytest.raises(StepTimeoutError, match="in vain for the asset"):
        await FactLog().until(lambda log: None, "the asset", 0.05)


def test_facts_are_found_by_kind_and_asset() -> None:
    log = FactLog()
    log.add(ingested("a"))
    log.add(ReceivedFact("other", NOW, AssetRejected(work=Work(asset_id="a"), code="empty")))
    assert [fact.code for fact, _ in log.of(AssetRejected, "a")] == ["empty"]
    assert list(log.of(AssetRejected, "b")) == []


async def test_a_playlist_is_opened_as_a_player_would_while_the_gateway_restarts() -> None:
    refused = iter([503, 503])
    files = {
        "/m.m3u8": '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a/s.m3u8"\n#EXT-X-STREAM-INF:X\nv/v.m3u8\n',
        "/a/s.m3u8": '#EXTM3U\n#EXT-X-MAP:URI="../i.mp4"\n#EXTINF:2,\n../1.m4s\n',
        "/v/v.m3u8": "#EXTM3U\n#EXTINF:2,\n../1.m4s\n#EXTINF:2,\n../2.m4s\n",
    }

    async def answer(request: web.Request) -> web.Response:
        if next(refused, None):
            return web.Response(status=503)
        if request.path == "/gone.m4s":
            return web.Response(status=404)
        return web.Response(text=files.get(request.path, "0123456789"))

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            playback = await GatewayReader(client).play("/m.m3u8")
            assert (playback.segments, playback.bytes) == (4, 40)
            with pytest.raises(NotPlayableError, match="no HLS playlist"):
                await GatewayReader(client).play("/1.m4s")
            files["/v/v.m3u8"] = "#EXTM3U\n/gone.m4s\n"
            with pytest.raises(NotPlayableError, match="404"):
                await GatewayReader(client).play("/m.m3u8")
    finally:
        await runner.cleanup()
