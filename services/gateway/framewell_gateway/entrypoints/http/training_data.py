"""Samples and their review, datasets, classes, snapshots, rights."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from framewell.dataset.v1 import dataset_service_pb2 as dataset
from framewell.sample.v1.sample_pb2 import SampleState
from framewell_gateway.domain.addresses import ASSET_ID
from framewell_gateway.entrypoints.http.assets import PageSize, PageToken, TheDoor
from framewell_gateway.entrypoints.http.door import object_url
from framewell_gateway.handlers.change_rights import actor_at
from framewell_gateway.views import from_resources as views
from framewell_gateway.views.requests import ReviewBody, RightsChangeBody, UndoBody
from framewell_gateway.views.resources import (
    ClassList,
    DatasetList,
    PreviewView,
    Published,
    ReviewResults,
    SampleList,
    SampleStateName,
    SnapshotList,
    SnapshotView,
)
from framewell_gateway.views.to_messages import review, rights_changed

router = APIRouter(prefix="/v1", tags=["training data"])

DatasetId = Annotated[str, Query(max_length=200, description="Only this dataset.")]
DatasetPath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$", description="Id of the dataset.")]


@router.get("/samples", summary="List samples, oldest first")
async def list_samples(
    the: TheDoor,
    request: Request,
    *,
    dataset_id: DatasetId = "",
    state: Annotated[list[SampleStateName] | None, Query(description="Only these; may repeat.")] = None,
    class_id: Annotated[str, Query(max_length=200)] = "",
    asset_id: Annotated[str, Query(pattern=rf"^$|{ASSET_ID}")] = "",
    page_size: PageSize = 100,
    page_token: PageToken = "",
) -> SampleList:
    page = await the.services.dataset.list_samples(
        dataset.ListSamplesRequest(
            dataset_id=dataset_id,
            states=[SampleState.Value(f"SAMPLE_STATE_{one.upper()}") for one in state or []],
            class_id=class_id,
            asset_id=asset_id.lower(),
            page_size=page_size,
            page_token=page_token,
        )
    )
    url = object_url(request)
    return SampleList(
        samples=[views.sample_view(sample, url) for sample in page.samples],
        next_page_token=page.next_page_token,
    )


@router.post("/samples/review", summary="Decide about samples")
async def review_samples(the: TheDoor, request: Request, body: ReviewBody) -> ReviewResults:
    answer = await the.services.dataset.review_samples(
        dataset.ReviewSamplesRequest(reviews=[review(one) for one in body.reviews])
    )
    url = object_url(request)
    return ReviewResults(results=[views.review_result_view(one, url) for one in answer.results])


@router.post("/samples/undo", summary="Take decisions back")
async def undo_review(the: TheDoor, request: Request, body: UndoBody) -> ReviewResults:
    answer = await the.services.dataset.undo_review(dataset.UndoReviewRequest(sample_ids=body.sample_ids))
    url = object_url(request)
    return ReviewResults(results=[views.review_result_view(one, url) for one in answer.results])


@router.get("/datasets", summary="List datasets")
async def list_datasets(the: TheDoor) -> DatasetList:
    answer = await the.services.dataset.list_datasets(dataset.ListDatasetsRequest())
    return DatasetList(datasets=[views.dataset_view(one) for one in answer.datasets])


@router.get("/classes", summary="List classes with their names")
async def list_classes(the: TheDoor, dataset_id: DatasetId = "") -> ClassList:
    answer = await the.services.dataset.list_classes(dataset.ListClassesRequest(dataset_id=dataset_id))
    return ClassList(classes=[views.class_view(one) for one in answer.classes])


@router.get("/snapshots", summary="List snapshots, newest first")
async def list_snapshots(
    the: TheDoor,
    request: Request,
    dataset_id: DatasetId = "",
    page_size: PageSize = 100,
    page_token: PageToken = "",
) -> SnapshotList:
    page = await the.services.dataset.list_snapshots(
        dataset.ListSnapshotsRequest(dataset_id=dataset_id, page_size=page_size, page_token=page_token)
    )
    url = object_url(request)
    return SnapshotList(
        snapshots=[views.snapshot_view(one, url) for one in page.snapshots],
        next_page_token=page.next_page_token,
    )


@router.post("/datasets/{dataset_id}/snapshots", status_code=201, summary="Publish a snapshot now")
async def publish_snapshot(the: TheDoor, request: Request, dataset_id: DatasetPath) -> SnapshotView:
    answer = await the.services.dataset.publish_snapshot(
        dataset.PublishSnapshotRequest(dataset_id=dataset_id)
    )
    return views.snapshot_view(dataset.Snapshot(published=answer.snapshot), object_url(request))


@router.post("/rights", status_code=202, summary="Change rights of an asset, a source or a holder")
async def change_rights(the: TheDoor, body: RightsChangeBody) -> Published:
    event_id = await the.change_rights(body)
    return Published(event_id=event_id, type="framewell.rights.changed.v1")


@router.post("/rights/preview", summary="What a change of rights would do")
async def preview_rights_change(the: TheDoor, body: RightsChangeBody) -> PreviewView:
    change = rights_changed(body, actor_at(the.change_rights.clock), revision=0)
    answer = await the.services.dataset.preview_rights_change(
        dataset.PreviewRightsChangeRequest(change=change)
    )
    return PreviewView(
        samples_withdrawn=answer.samples_withdrawn,
        samples_proposed=answer.samples_proposed,
        snapshot_ids=list(answer.snapshot_ids),
        asset_ids=list(answer.asset_ids),
    )
