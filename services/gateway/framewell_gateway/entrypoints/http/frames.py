"""Single pictures of an asset."""

from starlette.requests import Request
from starlette.responses import Response

from framewell.media.v1.media_service_pb2 import GetFrameRequest
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.ports.methods import GET_FRAME
from framewell_gateway.queries.asset_media import ReadAssetMedia


async def frame(context: AppContext, wanted: GetFrameRequest, request: Request) -> Response:
    """Answer with the picture as JPEG, 304 for one that the caller has; headers say which it is.

    Without a moment it is the first. Whether the asset is still there is asked every time.
    """
    if wanted.WhichOneof("at") is None:
        wanted.frame = 0
    found = await ReadAssetMedia(context.services, context.asset_progress, GET_FRAME)(wanted)
    etag = f'"{found.key.rpartition("/")[2].partition(".")[0]}"'
    headers = {
        "etag": etag,
        "cache-control": "private, no-cache",
        "vary": "authorization",
        "x-framewell-pts": str(found.moment.pts),
        "x-framewell-frame": str(found.moment.frame),
        "x-framewell-timecode": found.timecode,
    }
    if found.key and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)
