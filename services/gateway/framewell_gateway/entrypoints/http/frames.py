"""Single pictures of an asset: the very one of a moment, and the one that stands for it."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from framewell.gateway.v1.programme_pb2 import GetPosterRequest
from framewell.media.v1.media_service_pb2 import GetFrameRequest, GetFrameResponse
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.ports.methods import GET_FRAME
from framewell_gateway.queries.asset_media import ReadAssetMedia

WIDTHS: Final = (16, 32, 64, 96, 160, 240, 320, 480, 640, 960, 1280, 1920, 2560, 3840, 4096)
"""Widths that pictures are made in: each is kept for a while, so they are not as many as there are pixels."""
_ASKED_EVERY_TIME: Final = "private, no-cache"
_ASKED_NOW_AND_THEN: Final = "private, max-age=60"
"""Of posters, a page full of which would else be asked for at every look."""


async def frame(context: AppContext, wanted: GetFrameRequest, request: Request) -> Response:
    """Answer with the picture as JPEG, 304 for one that the caller has; headers say which it is.

    Without a moment it is the first. Its width is the largest of WIDTHS that is not above the one asked for.
    Whether the asset is still there is asked every time.
    """
    if wanted.WhichOneof("at") is None:
        wanted.frame = 0
    if wanted.width:
        wanted.width = max(one for one in WIDTHS if one <= wanted.width)
    found = await ReadAssetMedia(context.services, context.asset_progress, GET_FRAME)(wanted)
    return _picture(found, request.headers, _ASKED_EVERY_TIME)


async def poster(context: AppContext, wanted: GetPosterRequest, request: Request) -> Response:
    """Answer with the picture that stands for an asset, as `frame` does; callers keep it for a minute."""
    found = await context.show_poster(wanted)
    return _picture(found, request.headers, _ASKED_NOW_AND_THEN)


def _picture(found: GetFrameResponse, asked: Mapping[str, str], cached: str) -> Response:
    etag = f'"{found.key.rpartition("/")[2].partition(".")[0]}"'
    headers = {
        "etag": etag,
        "cache-control": cached,
        "vary": "authorization",
        "x-framewell-pts": str(found.moment.pts),
        "x-framewell-frame": str(found.moment.frame),
        "x-framewell-timecode": found.timecode,
    }
    if found.key and etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)
