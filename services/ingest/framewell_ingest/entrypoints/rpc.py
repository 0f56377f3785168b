"""IngestService: translates and delegates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1 import ingest_service_pb2_grpc as pb_grpc
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.handlers.accept_request import AcceptRequest
from framewell_ingest.handlers.control_asset import ControlAsset
from framewell_ingest.ports import Assets, UploadStore
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected
from framewell_kit.rpc import current_actor
from framewell_kit.telemetry import current_cause

SERVICE: Final = "framewell.ingest.v1.IngestService"
SOURCE: Final = "framewell/ingest"

_DEFAULT_PAGE: Final = 100
_LARGEST_PAGE: Final = 1000
_WATCH_SECONDS: Final = 0.5
# Replicas' clocks differ: a watcher looks back this far, and tells again what it may have told before.
_CLOCKS_DIFFER: Final = timedelta(seconds=2)
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
    """IngestService on ingest's handlers."""

    accept: AcceptRequest
    control: ControlAsset
    assets: Assets
    uploads: UploadStore
    clock: Clock

    async def Submit(self, request: pb.SubmitRequest, context: Any) -> pb.SubmitResponse:  # noqa: ARG002, N802
        call = _cause()
        wanted = Cause(
            id=request.request_id or str(uuid4()),
            source=SOURCE,
            type=call.type,
            time=call.time,
            lane=request.request.lane,
            traceparent=call.traceparent,
        )
        asset, existed = await self.accept.submit(request.request, wanted)
        return pb.SubmitResponse(asset_id=asset.asset_id, existed=existed)

    async def Upload(self, request: AsyncIterator[pb.UploadRequest], context: Any) -> pb.UploadResponse:  # noqa: ARG002, N802
        first = await anext(aiter(request), None)
        if first is None or first.WhichOneof("part") != "header":
            raise Rejected("the first message of an upload is its header", code="no_header")
        header = first.header

        async def pieces() -> AsyncIterator[bytes]:
            async for message in request:
                if message.WhichOneof("part") != "data":
                    raise Rejected("behind the header of an upload there is only data", code="second_header")
                yield message.data

        uri, ref = await self.uploads.receive(pieces(), header.file_name, header.size, header.sha256)
        return pb.UploadResponse(uri=uri, size=ref.size, sha256=ref.sha256)

    async def GetAsset(self, request: pb.GetAssetRequest, context: Any) -> pb.GetAssetResponse:  # noqa: ARG002, N802
        return pb.GetAssetResponse(asset=_message(await self.control.known(request.asset_id)))

    async def ListAssets(self, request: pb.ListAssetsRequest, context: Any) -> pb.ListAssetsResponse:  # noqa: ARG002, N802
        size = min(max(request.page_size, 0) or _DEFAULT_PAGE, _LARGEST_PAGE)
        states = [_BY_NUMBER[number] for number in request.states if number in _BY_NUMBER]
        page = await self.assets.page(states, size, _moment(request.page_token))
        token = _token(page[-1].requested_at) if len(page) == size else ""
        return pb.ListAssetsResponse(assets=map(_message, page), next_page_token=token)

    async def CancelIngest(  # noqa: N802
        self,
        request: pb.CancelIngestRequest,
        context: Any,  # noqa: ARG002
    ) -> pb.CancelIngestResponse:
        return pb.CancelIngestResponse(asset=_message(await self.control.cancel(request.asset_id, _cause())))

    async def RemoveAsset(self, request: pb.RemoveAssetRequest, context: Any) -> pb.RemoveAssetResponse:  # noqa: ARG002, N802
        actor = current_actor()
        actor.decided_at.FromDatetime(self.clock.now())
        await self.control.remove(request.asset_id, request.reason, actor, _cause())
        return pb.RemoveAssetResponse()

    async def Reprocess(self, request: pb.ReprocessRequest, context: Any) -> pb.ReprocessResponse:  # noqa: ARG002, N802
        return pb.ReprocessResponse(generation=await self.control.reprocess(request.asset_id, _cause()))

    async def Watch(self, request: pb.WatchRequest, context: Any) -> AsyncIterator[pb.WatchResponse]:  # noqa: ARG002, N802
        since = _moment(request.resume_token) or self.clock.now()
        told: dict[str, int] = {}
        while True:
            for asset in await self.assets.changed_since(since - _CLOCKS_DIFFER, request.asset_id):
                if told.get(asset.asset_id, 0) < asset.revision:
                    told[asset.asset_id] = asset.revision
                    since = max(since, asset.changed_at)
                    yield pb.WatchResponse(asset=_message(asset), resume_token=_token(since))
            await asyncio.sleep(_WATCH_SECONDS)


def _cause() -> Cause:
    cause = current_cause()
    if cause is None:
        raise RuntimeError("a gRPC method runs outside a call")
    return cause


def _token(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000))


def _moment(token: str) -> datetime | None:
    if not token:
        return None
    if not token.isdecimal() or len(token) > 15:
        raise Rejected(f"{token[:80]!r} is no token of this service", code="bad_token")
    return datetime.fromtimestamp(int(token) / 1000, UTC)


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
    )
    message.requested_at.FromDatetime(asset.requested_at)
    return message
