"""IngestService: translates calls into commands and queries, and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1 import ingest_service_pb2_grpc as pb_grpc
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_ingest.commands.control_asset import ControlAsset
from framewell_ingest.commands.submit_request import SubmitRequest
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.entrypoints.upload_stream import checksum_of, opened, upload_message, upload_pace
from framewell_ingest.ports import AssetRepository, ResumableUploadRepository, UploadRepository
from framewell_ingest.queries.watch_assets import WatchAssets
from framewell_kit.call_cause import call_cause
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.pace import Pace
from framewell_kit.paging import page_request
from framewell_kit.rpc import current_actor

SERVICE: Final = "framewell.ingest.v1.IngestService"
SOURCE: Final = "framewell/ingest"

_STATES: Final = {
    State.REQUESTED: pb.INGEST_STATE_REQUESTED,
    State.FETCHING: pb.INGEST_STATE_FETCHING,
    State.INGESTED: pb.INGEST_STATE_INGESTED,
    State.REJECTED: pb.INGEST_STATE_REJECTED,
    State.REMOVED: pb.INGEST_STATE_REMOVED,
}
_BY_NUMBER: Final = {number: state for state, number in _STATES.items()}


@dataclass(frozen=True, slots=True)
class IngestServicer(pb_grpc.IngestServiceServicer):
    """IngestService on ingest's commands and queries."""

    submit: SubmitRequest
    control: ControlAsset
    watch: WatchAssets
    assets: AssetRepository
    uploads: UploadRepository
    resumable: ResumableUploadRepository
    clock: Clock
    upload_pace: Callable[[], Pace] = upload_pace

    async def Submit(self, request: pb.SubmitRequest, context: Any) -> pb.SubmitResponse:
        call = call_cause()
        wanted = Cause(
            id=request.request_id or str(uuid4()),
            source=SOURCE,
            type=call.type,
            time=call.time,
            lane=request.request.lane,
            traceparent=call.traceparent,
        )
        asset, new = await self.submit(
            request.request, wanted, self._deciding(), names_event=bool(request.request_id)
        )
        return pb.SubmitResponse(asset_id=asset.asset_id, existed=not new)

    async def Upload(self, request: AsyncIterator[pb.UploadRequest], context: Any) -> pb.UploadResponse:
        header, pieces = await opened(request, self.upload_pace())
        uri, ref = await self.uploads.receive(
            pieces, header.file_name, header.size, header.sha256, current_actor()
        )
        return pb.UploadResponse(uri=uri, size=ref.size, sha256=ref.sha256)

    async def CreateUpload(self, request: pb.CreateUploadRequest, context: Any) -> pb.CreateUploadResponse:
        made = await self.resumable.create(request.file_name, request.size, request.sha256, current_actor())
        return pb.CreateUploadResponse(upload=upload_message(made))

    async def AppendUpload(
        self, request: AsyncIterator[pb.AppendUploadRequest], context: Any
    ) -> pb.AppendUploadResponse:
        header, pieces = await opened(request, self.upload_pace())
        upload = await self.resumable.append(
            header.uri, header.offset, pieces, current_actor(), checksum_of(header)
        )
        return pb.AppendUploadResponse(upload=upload_message(upload))

    async def GetUpload(self, request: pb.GetUploadRequest, context: Any) -> pb.GetUploadResponse:
        found = await self.resumable.get(request.uri, current_actor())
        return pb.GetUploadResponse(upload=upload_message(found))

    async def DeleteUpload(self, request: pb.DeleteUploadRequest, context: Any) -> pb.DeleteUploadResponse:
        await self.resumable.delete(request.uri, current_actor())
        return pb.DeleteUploadResponse()

    async def GetAsset(self, request: pb.GetAssetRequest, context: Any) -> pb.GetAssetResponse:
        return pb.GetAssetResponse(asset=_message(await self.control.known(request.asset_id)))

    async def ListAssets(self, request: pb.ListAssetsRequest, context: Any) -> pb.ListAssetsResponse:
        states = [_BY_NUMBER[number] for number in request.states if number in _BY_NUMBER]
        page = await self.assets.page(states, page_request(request))
        return pb.ListAssetsResponse(
            assets=map(_message, page.items), next_page_token=page.next_token, total_size=page.total
        )

    async def CancelIngest(
        self,
        request: pb.CancelIngestRequest,
        context: Any,
    ) -> pb.CancelIngestResponse:
        cancelled = await self.control.cancel(request.asset_id, self._deciding(), call_cause())
        return pb.CancelIngestResponse(asset=_message(cancelled))

    async def RemoveAsset(self, request: pb.RemoveAssetRequest, context: Any) -> pb.RemoveAssetResponse:
        await self.control.remove(request.asset_id, request.reason, self._deciding(), call_cause())
        return pb.RemoveAssetResponse()

    async def Reprocess(self, request: pb.ReprocessRequest, context: Any) -> pb.ReprocessResponse:
        generation = await self.control.reprocess(request.asset_id, self._deciding(), call_cause())
        return pb.ReprocessResponse(generation=generation)

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:
        async for asset, token in self.watch(request.resume_token, request.asset_id):
            yield pb.WatchResponse(asset=_message(asset), resume_token=token)

    def _deciding(self) -> Actor:
        """Return who calls, with the time at which they decide."""
        actor = current_actor()
        actor.decided_at.FromDatetime(self.clock.now())
        return actor


def _message(asset: Asset) -> pb.IngestAsset:
    message = pb.IngestAsset(
        asset_id=asset.asset_id,
        state=_STATES[asset.state],
        uri=asset.request.uri,
        labels=asset.request.labels,
        ingested=asset.ingested,
        rejected=asset.rejected,
        programme=asset.programme,
        revision=asset.revision,
        source=asset.source,
        lane=asset.request.lane,
        generation=asset.generation,
    )
    message.requested_at.FromDatetime(asset.requested_at)
    return message
