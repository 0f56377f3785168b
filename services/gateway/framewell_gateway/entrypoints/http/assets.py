"""Assets: list, ask for, upload, show, remove, and what was seen in them."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response

from framewell.dataset.v1.dataset_service_pb2 import GetRightsRequest
from framewell.inference.v1.inference_service_pb2 import ListObservationsRequest
from framewell.ingest.v1.ingest_service_pb2 import (
    RemoveAssetRequest,
    ReprocessRequest,
    SubmitRequest,
    UploadHeader,
    UploadRequest,
)
from framewell.media.v1.media_service_pb2 import GetFrameRequest
from framewell_gateway.domain.addresses import ASSET_ID
from framewell_gateway.entrypoints.http.door import Door, door, object_url
from framewell_gateway.views.asset import AssetList, AssetView
from framewell_gateway.views.from_resources import asset_rights_view, observation_view
from framewell_gateway.views.requests import IngestBody
from framewell_gateway.views.resources import (
    AssetRightsView,
    ObservationList,
    Reprocessed,
    Submitted,
    Uploaded,
)
from framewell_gateway.views.to_messages import ingest_requested
from framewell_gateway.views.why import WhyView, why_view

router = APIRouter(prefix="/v1", tags=["assets"])

UPLOADS = "/v1/uploads"
_UPLOAD_PIECE = 1 << 20

AssetId = Annotated[str, Path(pattern=ASSET_ID, description="Id of the asset (a UUID).")]
PageSize = Annotated[int, Query(ge=1, le=1000)]
PageToken = Annotated[str, Query(max_length=2000)]
TheDoor = Annotated[Door, Depends(door)]


@router.get("/assets", summary="List assets, newest first")
async def list_assets(the: TheDoor, page_size: PageSize = 100, page_token: PageToken = "") -> AssetList:
    return await the.list_assets(page_size, page_token)


@router.post("/assets", status_code=202, summary="Ask for media to be taken in")
async def submit(the: TheDoor, body: IngestBody) -> Submitted:
    answer = await the.services.ingest.submit(
        SubmitRequest(request=ingest_requested(body), request_id=body.request_id)
    )
    return Submitted(asset_id=answer.asset_id, existed=answer.existed)


@router.post(
    "/uploads",
    status_code=201,
    summary="Send a file",
    description="The body is the file itself. Then name the answer's `uri` in POST /v1/assets.",
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}, "required": True}},
)
async def upload(
    the: TheDoor,
    request: Request,
    file_name: Annotated[str, Query(max_length=255, description="For people only.")] = "",
    sha256: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$", description="Checked when given.")] = "",
    content_length: Annotated[int, Header(ge=0)] = 0,
) -> Uploaded:
    header = UploadHeader(file_name=file_name, size=content_length, sha256=sha256)
    answer = await the.services.ingest.upload(_upload_parts(header, request.stream()))
    return Uploaded(uri=answer.uri, size=answer.size, sha256=answer.sha256)


@router.get("/assets/{asset_id}", summary="Everything known about an asset")
async def show_asset(the: TheDoor, request: Request, asset_id: AssetId) -> AssetView:
    return await the.show_asset(asset_id.lower(), object_url(request))


@router.get("/assets/{asset_id}/why", summary="Where an asset stands, what it waits for and why")
async def explain_asset(the: TheDoor, asset_id: AssetId) -> WhyView:
    return why_view(await the.explain_asset(asset_id.lower()))


@router.delete("/assets/{asset_id}", status_code=202, summary="Remove an asset and everything made from it")
async def remove_asset(
    the: TheDoor, asset_id: AssetId, reason: Annotated[str, Query(max_length=1000)] = ""
) -> Response:
    await the.services.ingest.remove_asset(RemoveAssetRequest(asset_id=asset_id.lower(), reason=reason))
    return Response(status_code=202)


@router.post("/assets/{asset_id}/reprocess", status_code=202, summary="Make everything of an asset anew")
async def reprocess(the: TheDoor, asset_id: AssetId) -> Reprocessed:
    answer = await the.services.ingest.reprocess(ReprocessRequest(asset_id=asset_id.lower()))
    return Reprocessed(asset_id=asset_id.lower(), generation=answer.generation)


@router.get("/assets/{asset_id}/observations", summary="What models saw, read and heard")
async def list_observations(
    the: TheDoor,
    asset_id: AssetId,
    analyser: Annotated[list[str] | None, Query(max_length=20, description="Only these; may repeat.")] = None,
    page_size: PageSize = 1000,
    page_token: PageToken = "",
) -> ObservationList:
    page = await the.services.inference.list_observations(
        ListObservationsRequest(
            asset_id=asset_id.lower(), analysers=analyser or [], page_size=page_size, page_token=page_token
        )
    )
    return ObservationList(
        observations=[observation_view(seen) for seen in page.observations],
        next_page_token=page.next_page_token,
    )


@router.get("/assets/{asset_id}/rights", summary="Rights of an asset: decisions and statements")
async def asset_rights(the: TheDoor, asset_id: AssetId) -> AssetRightsView:
    rights = await the.services.dataset.get_rights(GetRightsRequest(asset_id=asset_id.lower()))
    return asset_rights_view(asset_id.lower(), rights)


@router.get(
    "/assets/{asset_id}/frame",
    summary="One sampled picture, the nearest at or before a moment",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
async def frame(
    the: TheDoor,
    asset_id: AssetId,
    pts: Annotated[int | None, Query(description="By pts; otherwise by frame.")] = None,
    frame: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    wanted = {"pts": pts} if pts is not None else {"frame": frame}
    answer = await the.services.media.get_frame(GetFrameRequest(asset_id=asset_id.lower(), **wanted))
    return Response(
        answer.jpeg,
        media_type="image/jpeg",
        headers={
            "x-framewell-pts": str(answer.moment.pts),
            "x-framewell-frame": str(answer.moment.frame),
            "x-framewell-timecode": answer.timecode,
        },
    )


async def _upload_parts(header: UploadHeader, body: AsyncIterator[bytes]) -> AsyncIterator[UploadRequest]:
    """The header, then the body in pieces that fit a message."""
    yield UploadRequest(header=header)
    async for received in body:
        for start in range(0, len(received), _UPLOAD_PIECE):
            yield UploadRequest(data=received[start : start + _UPLOAD_PIECE])
