"""One picture of an asset over REST: asked for by any moment, named by headers, refused in words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from framewell.media.v1.media_pb2 import Moment
from framewell.media.v1.media_service_pb2 import GetFrameRequest, GetFrameResponse
from framewell_kit.outcomes import Busy, Conflict, Gone, Rejected

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
KEY = f"ab/ab{'0' * 62}.jpg"


def answered(mesh: Any) -> None:
    mesh.transcode.answers["GetFrame"] = GetFrameResponse(
        jpeg=b"JPEG", moment=Moment(pts=90_000, frame=25), timecode="10:00:01:00", key=KEY
    )


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"frame": 0}),
        ("?frame=25", {"frame": 25}),
        ("?pts=-90000", {"pts": -90_000}),
        ("?seconds=1.04&width=320", {"seconds": 1.04, "width": 320}),
        ("?seconds=1e-07", {"seconds": 1e-7}),
        ("?seconds=1.5E%2B2", {"seconds": 150.0}),
        ("?timecode=10:00:01:00", {"timecode": "10:00:01:00"}),
        ("?timecode=00:01:00%3B02&width=4096", {"timecode": "00:01:00;02", "width": 4096}),
    ],
)
async def test_a_picture_is_asked_for_by_any_moment(
    mesh: Any, gateway: httpx.AsyncClient, query: str, wanted: dict[str, Any]
) -> None:
    answered(mesh)
    answer = await gateway.get(f"/v1/assets/{ASSET}/frame{query}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (
        200, b"JPEG", "image/jpeg",
    )  # fmt: skip
    assert mesh.transcode.asked[-1][1] == GetFrameRequest(asset_id=ASSET, **wanted)
    named = [answer.headers[f"x-framewell-{name}"] for name in ("frame", "pts", "timecode")]
    assert named == ["25", "90000", "10:00:01:00"]


async def test_a_picture_that_the_caller_has_is_asked_about_and_not_sent_again(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    answered(mesh)
    path = f"/v1/assets/{ASSET}/frame?frame=25"
    etag = (await gateway.get(path)).headers["etag"]
    again = await gateway.get(path, headers={"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["cache-control"]) == (
        304, b"", "private, no-cache",
    )  # fmt: skip
    other = await gateway.get(path, headers={"if-none-match": '"0123"'})
    assert other.status_code == 200
    mesh.transcode.answers["GetFrame"] = Gone("Its asset was removed.")
    assert (await gateway.get(path, headers={"if-none-match": etag})).status_code == 410


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("frame=1&pts=2", "frame"),
        ("width=15", "width"),
        ("width=5000", "width"),
        ("timecode=10:00", "timecode"),
        ("seconds=soon", "seconds"),
        ("seconds=nan", "seconds"),
        ("seconds=1e999", "seconds"),
        ("seconds=1e", "seconds"),
    ],
)
async def test_what_names_no_picture_is_refused_with_its_place(
    mesh: Any, gateway: httpx.AsyncClient, query: str, field: str
) -> None:
    answered(mesh)
    answer = await gateway.get(f"/v1/assets/{ASSET}/frame?{query}")
    assert answer.status_code == 422, answer.text
    assert field in str(answer.json()["errors"])


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Rejected("There is no frame 100; the asset has 100, counted from 0.", code="no_such_frame"), 422),
        (Conflict("Frame 3 cannot be decoded."), 409),
        (Gone("Its asset was erased."), 410),
        (Busy("32 pictures are waiting to be taken already; ask again."), 503),
    ],
)
async def test_why_there_is_no_picture_is_said_in_words(
    mesh: Any, gateway: httpx.AsyncClient, outcome: Exception, status: int
) -> None:
    mesh.transcode.answers["GetFrame"] = outcome
    answer = await gateway.get(f"/v1/assets/{ASSET}/frame?frame=100")
    assert answer.status_code == status
    assert str(outcome) in answer.json()["detail"]
