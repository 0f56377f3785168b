"""GET /v1/assets: assets newest first, each with where it stands."""

from dataclasses import dataclass

from framewell.gateway.v1.asset_view_pb2 import AssetSummary, ListAssetsRequest, ListAssetsResponse
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell_gateway.domain.progress import Progress
from framewell_gateway.ports import ProgressRepository, Services
from framewell_gateway.ports.methods import LIST_ASSETS
from framewell_gateway.queries.asset_progress import further, ingest_progress


@dataclass(frozen=True, slots=True)
class ListAssets:
    """A page of assets: ingest knows which there are, the facts kept here how far they are.

    Raises Away while ingest cannot be asked.
    """

    progress: ProgressRepository
    services: Services

    async def __call__(self, request: ListAssetsRequest) -> ListAssetsResponse:
        page = await self.services.call(
            LIST_ASSETS,
            ingest.ListAssetsRequest(page_size=request.page_size, page_token=request.page_token),
        )
        known = await self.progress.of_assets([asset.asset_id for asset in page.assets])
        return ListAssetsResponse(
            assets=[_summary(asset, known.get(asset.asset_id)) for asset in page.assets],
            next_page_token=page.next_page_token,
        )


def _summary(asset: ingest.IngestAsset, derived: Progress | None) -> AssetSummary:
    progress = further(derived, ingest_progress(asset))
    return AssetSummary(
        asset_id=asset.asset_id,
        kind=progress.kind,
        state=progress.state,
        reason=progress.reason,
        title=asset.programme.title,
        uri=asset.uri,
        requested_at=asset.requested_at if asset.HasField("requested_at") else None,
        chunks=progress.chunks,
    )
