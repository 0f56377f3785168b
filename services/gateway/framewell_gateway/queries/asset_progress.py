"""Where an asset stands, by the facts kept here and by ingest."""

from dataclasses import dataclass

from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest, IngestAsset, IngestState
from framewell_gateway.domain.progress import Progress
from framewell_gateway.ports import Away, ProgressRepository, Services
from framewell_gateway.ports.methods import GET_ASSET
from framewell_kit.outcomes import NotFound

# The state that ingest gives an asset whose facts have not arrived here.
INGEST_STATES: "dict[int, AssetState.ValueType]" = {
    IngestState.INGEST_STATE_REQUESTED: AssetState.ASSET_STATE_REQUESTED,
    IngestState.INGEST_STATE_FETCHING: AssetState.ASSET_STATE_REQUESTED,
    IngestState.INGEST_STATE_INGESTED: AssetState.ASSET_STATE_INGESTED,
    IngestState.INGEST_STATE_REJECTED: AssetState.ASSET_STATE_REJECTED,
    IngestState.INGEST_STATE_REMOVED: AssetState.ASSET_STATE_REMOVED,
}


@dataclass(frozen=True, slots=True)
class AssetProgress:
    """Say where an asset stands.

    Raises NotFound when neither the facts nor ingest know the id, and Away when the facts do not and ingest
    cannot be asked.
    """

    progress: ProgressRepository
    services: Services

    async def __call__(self, asset_id: str) -> tuple[Progress, Away | None]:
        """Return where it stands, and what kept ingest from answering."""
        reported: Progress | None = None
        away: Away | None = None
        try:
            answer = await self.services.call(GET_ASSET, GetAssetRequest(asset_id=asset_id))
            reported = ingest_progress(answer.asset)
        except NotFound:
            pass
        except Away as error:
            away = error
        derived = (await self.progress.of_assets([asset_id])).get(asset_id)
        if derived is None and reported is None:
            if away is not None:
                raise away
            raise NotFound(f"no asset {asset_id} is known: `framewell assets` lists those that are")
        return further(derived, reported), away


def ingest_progress(asset: IngestAsset) -> Progress:
    """Return where the asset stands as far as ingest can say."""
    return Progress(
        state=INGEST_STATES.get(asset.state, AssetState.ASSET_STATE_REQUESTED),
        reason=asset.rejected.detail if asset.HasField("rejected") else None,
        generation=asset.ingested.work.generation,
        kind=asset.ingested.work.kind,
    )


def further(derived: Progress | None, reported: Progress | None) -> Progress:
    """Return whichever knows more: ingest may be ahead of the facts at the beginning and end of an asset.

    A newer generation counts more than a later state: a reprocessed asset starts again. Raises ValueError
    when neither is there.
    """
    if derived is None or reported is None:
        known = derived or reported
        if known is None:
            raise ValueError("nothing is known")
        return known
    ahead = (reported.generation, reported.state) > (derived.generation, derived.state)
    return reported if ahead else derived
