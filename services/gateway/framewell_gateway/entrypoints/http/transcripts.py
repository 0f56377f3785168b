"""What is said in an asset, as captions that a player can show."""

from starlette.requests import Request
from starlette.responses import Response

from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest
from framewell_gateway.domain.webvtt import WEBVTT_MEDIA_TYPE, webvtt
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.queries.list_observations import ListObservations
from framewell_gateway.queries.read_transcript import ReadTranscript


async def transcript(context: AppContext, wanted: ListObservationsRequest, _: Request) -> Response:
    """Answer with a WebVTT file; one without cues where nobody speaks or nobody listened."""
    listed = ListObservations(context.services, context.events, context.asset_progress)
    sentences = await ReadTranscript(listed)(wanted.asset_id)
    return Response(webvtt(sentences), media_type=WEBVTT_MEDIA_TYPE)
