"""Stored objects, each below what it is part of."""

from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from framewell.gateway.v1 import objects_pb2 as pb
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.objects.v1.object_service_pb2 import FindObjectRequest
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.objects import read_object

_BYTES: Final = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "example": "bytes"}
}
answers = partial(
    routing.answers,
    tag="objects",
    content={200: _BYTES, 206: _BYTES, 304: {}},
    problems=(409, 410, 416),
    headers={
        "range": "The bytes that are wanted: `bytes=0-1023`.",
        "if-range": "Only if the object still has this ETag; otherwise all of it.",
        "if-none-match": "Not if the object has this ETag.",
    },
)


async def _of_asset(context: AppContext, wanted: pb.ReadAssetObjectRequest, request: Request) -> Response:
    owned = FindObjectRequest(asset_id=wanted.asset_id, key=wanted.key)
    return await read_object(context, f"assets/{wanted.asset_id}", owned, request)


async def _of_sample(context: AppContext, wanted: pb.ReadSampleObjectRequest, request: Request) -> Response:
    owned = FindObjectRequest(sample_id=wanted.sample_id, key=wanted.key)
    return await read_object(context, f"samples/{wanted.sample_id}", owned, request)


async def _of_snapshot(
    context: AppContext, wanted: pb.ReadSnapshotObjectRequest, request: Request
) -> Response:
    owned = FindObjectRequest(snapshot_id=wanted.snapshot_id, key=wanted.key)
    return await read_object(context, f"snapshots/{wanted.snapshot_id}", owned, request)


async def _of_model(context: AppContext, wanted: pb.ReadModelObjectRequest, request: Request) -> Response:
    model = ModelVersion(name=wanted.name, version=wanted.version)
    owned = FindObjectRequest(model=model, key=wanted.key)
    return await read_object(context, f"models/{wanted.name}/{wanted.version}", owned, request)


ROUTES: Final = (
    answers(
        "GET /assets/{asset_id}/objects/{key:path}", "readAssetObject",
        pb.ReadAssetObjectRequest, _of_asset,
        "The bytes of an object of an asset: original, proxy, playlist, pictures, sound",
        description="Answers range requests. 410 once the asset was removed or erased.",
    ),
    answers(
        "GET /samples/{sample_id}/objects/{key:path}", "readSampleObject",
        pb.ReadSampleObjectRequest, _of_sample,
        "The bytes of a crop of a sample",
        description="Answers range requests. 409 while the sample is withheld, 410 once it is withdrawn.",
    ),
    answers(
        "GET /snapshots/{snapshot_id}/objects/{key:path}", "readSnapshotObject",
        pb.ReadSnapshotObjectRequest, _of_snapshot,
        "The bytes of the manifest, a table or an export of a snapshot",
        description="Answers range requests; who reads is recorded. 410 once the snapshot is withdrawn.",
    ),
    answers(
        "GET /models/{name:path}/{version}/objects/{key:path}", "readModelObject",
        pb.ReadModelObjectRequest, _of_model,
        "The bytes of the graph, the manifest or the card of a model",
        description="Answers range requests; who reads is recorded. 410 once the model is withdrawn.",
    ),
)  # fmt: skip
