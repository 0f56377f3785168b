"""Playlists of an asset at addresses that stay, so that a player sees a recording grow."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from framewell.media.v1.media_service_pb2 import GetPlaylistRequest
from framewell_gateway.domain.addresses import PLAYLIST_MEDIA_TYPE, beside_objects
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.objects import PLAYED_HEADERS
from framewell_gateway.ports.methods import GET_PLAYLIST
from framewell_gateway.queries.asset_media import ReadAssetMedia


async def playlist(context: AppContext, wanted: GetPlaylistRequest, request: Request) -> Response:
    """Answer with the playlist as it is now, 304 for one that the caller has."""
    found = await ReadAssetMedia(context.services, context.asset_progress, GET_PLAYLIST)(wanted)
    text = beside_objects(found.text).encode()
    etag = f'"{sha256(text).hexdigest()}"'
    headers = {**PLAYED_HEADERS, "etag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=PLAYLIST_MEDIA_TYPE, headers=headers)
