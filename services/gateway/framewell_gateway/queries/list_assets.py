"""GET /v1/assets: assets by what is known of them, each with where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.gateway.v1.asset_view_pb2 import (
    AssetState,
    AssetSummary,
    ListAssetsRequest,
    ListAssetsResponse,
)
from framewell.media.v1.media_pb2 import MediaKind
from framewell_gateway.domain.asset_lists import AssetFilter, order_of
from framewell_gateway.domain.summaries import ListedAsset
from framewell_gateway.ports import ProgressRepository, SummaryRepository
from framewell_gateway.queries.show_poster import LISTED_WIDTH
from framewell_kit.paging import page_request

_WITHOUT_CHUNKS: Final = {AssetState.ASSET_STATE_REQUESTED, AssetState.ASSET_STATE_INGESTED}
_PICTURED: Final = {MediaKind.MEDIA_KIND_VIDEO, MediaKind.MEDIA_KIND_STILL}
_SHOWN: Final = {AssetState.ASSET_STATE_ANALYSING, AssetState.ASSET_STATE_ANALYSED}
_LISTED: Final = [
    state
    for state in AssetState.values()
    if state not in (AssetState.ASSET_STATE_UNSPECIFIED, AssetState.ASSET_STATE_REMOVED)
]


@dataclass(frozen=True, slots=True)
class ListAssets:
    """A page of assets, by the facts kept here alone; removed ones only where they are asked for.

    Chunks are counted anew for assets that are worked on; what has ended was counted once. Raises Rejected
    for an order that there is not, and for a token of another making.
    """

    summaries: SummaryRepository
    progress: ProgressRepository

    async def __call__(self, request: ListAssetsRequest) -> ListAssetsResponse:
        page = await self.summaries.page(_filter(request), order_of(request.order_by), page_request(request))
        await self._count_chunks(page.items)
        for listed in page.items:
            listed.summary.poster = _poster(listed.summary)
        return ListAssetsResponse(
            assets=[listed.summary for listed in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def _count_chunks(self, listed: Sequence[ListedAsset]) -> None:
        uncounted = {
            one.summary.asset_id: one.summary
            for one in listed
            if not one.counted and one.summary.state not in _WITHOUT_CHUNKS
        }
        if not uncounted:
            return
        for asset_id, progress in (await self.progress.of_assets([*uncounted])).items():
            uncounted[asset_id].chunks.CopyFrom(progress.chunks)


def _poster(summary: AssetSummary) -> str:
    """Return where the first picture of an asset is; empty until it can be shown."""
    shown = summary.kind in _PICTURED and summary.state in _SHOWN
    return f"/v1/assets/{summary.asset_id}/poster?width={LISTED_WIDTH}" if shown else ""


def _filter(request: ListAssetsRequest) -> AssetFilter:
    return AssetFilter(
        states=request.state or _LISTED,
        kinds=request.kind,
        title=request.title,
        search=request.search,
        source=request.source,
        labels=request.label,
        requested_from=_moment(request.requested_from) if request.HasField("requested_from") else None,
        requested_until=_moment(request.requested_until) if request.HasField("requested_until") else None,
    )


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)
