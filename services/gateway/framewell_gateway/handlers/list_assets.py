"""GET /v1/assets: assets newest first, each with where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from framewell.ingest.v1.ingest_service_pb2 import IngestAsset, ListAssetsRequest
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.domain.progress import progress_of
from framewell_gateway.handlers.show_asset import chunk_counts_view, further, ingest_progress, kind_view
from framewell_gateway.ports import EventLog, Services
from framewell_gateway.views.asset import AssetList, AssetListItem


@dataclass(frozen=True, slots=True)
class ListAssets:
    """A page of assets: ingest knows which there are, the log how far they are.

    Raises Away while ingest cannot be asked.
    """

    log: EventLog
    services: Services

    async def __call__(self, page_size: int, page_token: str) -> AssetList:
        page = await self.services.ingest.list_assets(
            ListAssetsRequest(page_size=page_size, page_token=page_token)
        )
        events = await self.log.of_assets([asset.asset_id for asset in page.assets])
        return AssetList(
            assets=[_item(asset, events[asset.asset_id]) for asset in page.assets],
            next_page_token=page.next_page_token,
        )


def _item(asset: IngestAsset, events: Sequence[RecordedEvent]) -> AssetListItem:
    progress = further(progress_of(events), ingest_progress(asset))
    requested = asset.requested_at.ToDatetime(UTC).isoformat() if asset.HasField("requested_at") else None
    return AssetListItem(
        asset_id=asset.asset_id,
        kind=kind_view(progress),
        state=progress.state,
        reason=progress.reason,
        title=asset.programme.title,
        uri=asset.uri,
        requested_at=requested,
        chunks=chunk_counts_view(progress.chunks),
    )
