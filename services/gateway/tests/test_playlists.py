"""Playlists over REST: at addresses that stay, with parts that a player finds beside them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.media.v1.media_service_pb2 import GetPlaylistRequest, GetPlaylistResponse
from framewell_kit.outcomes import Conflict, Gone

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
PLAYLIST = f"/v1/assets/{ASSET}/playlist"
GROWING = '#EXTM3U\n#EXT-X-MAP:URI="../ab/ab0.mp4"\n#EXTINF:4.000000,\n../cd/cd0.m4s\n'


def answered(mesh: Any, text: str) -> None:
    mesh.transcode.answers["GetPlaylist"] = GetPlaylistResponse(text=text)


async def test_a_playlist_names_its_parts_where_they_are_read(mesh: Any, gateway: httpx.AsyncClient) -> None:
    part = await mesh.put(b"part", ".m4s")
    answered(mesh, f'#EXTM3U\n#EXT-X-MAP:URI="../{part}"\n../{part}\n')
    answer = await gateway.get(f"{PLAYLIST}/recording.m3u8")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert mesh.transcode.asked[-1][1] == GetPlaylistRequest(asset_id=ASSET, name="recording.m3u8")
    _, named_in_tag, named = answer.text.splitlines()
    assert named_in_tag == f'#EXT-X-MAP:URI="../objects/{part}"'
    assert (await gateway.get(answer.url.join(named).path)).content == b"part"


async def test_playlists_name_each_other_as_they_are(mesh: Any, gateway: httpx.AsyncClient) -> None:
    master = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="recording-sound.m3u8"\nrecording.m3u8\n'
    answered(mesh, master)
    assert (await gateway.get(f"{PLAYLIST}/master.m3u8")).text == master


async def test_a_playlist_that_grew_is_sent_again_and_one_that_did_not_is_304(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    answered(mesh, GROWING)
    first = await gateway.get(f"{PLAYLIST}/recording.m3u8")
    assert first.headers["cache-control"] == "private, no-cache"
    had = {"if-none-match": first.headers["etag"]}
    assert (await gateway.get(f"{PLAYLIST}/recording.m3u8", headers=had)).status_code == 304
    answered(mesh, f"{GROWING}#EXT-X-ENDLIST\n")
    again = await gateway.get(f"{PLAYLIST}/recording.m3u8", headers=had)
    assert (again.status_code, again.text.splitlines()[-1]) == (200, "#EXT-X-ENDLIST")


@pytest.mark.parametrize("name", ["master", "Master.m3u8", "ab/ab0.m3u8", "..%2Fobjects", "master.mp4"])
async def test_a_name_that_no_playlist_has_is_refused(
    mesh: Any, gateway: httpx.AsyncClient, name: str
) -> None:
    answered(mesh, GROWING)
    assert (await gateway.get(f"{PLAYLIST}/{name}")).status_code in (404, 422)
    assert mesh.transcode.asked == []


@pytest.mark.parametrize(
    ("outcome", "status"), [(Conflict("It is still being transcoded."), 409), (Gone("It was removed."), 410)]
)
async def test_why_there_is_no_playlist_is_said_in_words(
    mesh: Any, gateway: httpx.AsyncClient, outcome: Exception, status: int
) -> None:
    mesh.transcode.answers["GetPlaylist"] = outcome
    answer = await gateway.get(f"{PLAYLIST}/master.m3u8")
    assert (answer.status_code, answer.json()["detail"]) == (status, str(outcome))


@pytest.mark.parametrize("part", ["playlist/master.m3u8", "frame?frame=3", "media-events"])
async def test_media_of_an_asset_that_is_not_planned_is_a_conflict_and_of_an_unknown_one_not_found(
    mesh: Any, gateway: httpx.AsyncClient, part: str
) -> None:
    async def asked() -> tuple[int, str]:
        answer = await gateway.get(f"/v1/assets/{ASSET}/{part}")
        return answer.status_code, answer.json()["detail"]

    assert (await asked())[0] == 404
    await mesh.happened(IngestRequested(asset_id=ASSET, uri="file:///a.mp4"))
    status, sentence = await asked()
    assert (status, "is still being fetched" in sentence) == (409, True), sentence
    await mesh.happened(AssetIngested(work=Work(asset_id=ASSET, generation=1), uri="file:///a.mp4"))
    assert (await asked()) == (409, f"asset {ASSET} is not planned yet: ask again in a while")


async def test_there_are_no_media_of_a_rejected_asset_and_it_is_said_why(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    detail = "The file is text."
    await mesh.happened(AssetRejected(work=Work(asset_id=ASSET, generation=1), detail=detail))
    answer = await gateway.get(f"{PLAYLIST}/master.m3u8")
    assert (answer.status_code, answer.json()["detail"]) == (409, f"asset {ASSET} was rejected: {detail}")
