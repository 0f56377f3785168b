"""Single pictures of an asset."""

from starlette.requests import Request
from starlette.responses import Response

from framewell.media.v1.media_service_pb2 import GetFrameRequest
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.ports.methods import GET_FRAME


async def frame(context: AppContext, wanted: GetFrameRequest, _: Request) -> Response:
    """Answer with the picture as JPEG; headers say which it is. Without a moment, the first."""
    if wanted.WhichOneof("at") is None:
        wanted.frame = 0
    found = await context.services.call(GET_FRAME, wanted)
    return Response(
        found.jpeg,
        media_type="image/jpeg",
        headers={
            "x-framewell-pts": str(found.moment.pts),
            "x-framewell-frame": str(found.moment.frame),
            "x-framewell-timecode": found.timecode,
        },
    )
