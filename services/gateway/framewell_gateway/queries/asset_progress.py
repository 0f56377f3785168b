"""Where an asset stands and what is known of it, by the facts kept here and by ingest."""

from dataclasses import dataclass

from framewell.gateway.v1.asset_view_pb2 import AssetState, AssetSummary
from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest, IngestAsset, IngestState
from framewell_contracts.sentences import say
from framewell_gateway.domain.progress import Progress
from framewell_gateway.domain.summaries import described
from framewell_gateway.ports import Away, ProgressRepository, Services, SummaryRepository
from framewell_gateway.ports.methods import GET_ASSET
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.tombstones import Going, Tombstones, asset_subject

# The state that ingest gives an asset whose facts have not arrived here.
INGEST_STATES: "dict[int, AssetState.ValueType]" = {
    IngestState.INGEST_STATE_REQUESTED: AssetState.ASSET_STATE_REQUESTED,
    IngestState.INGEST_STATE_FETCHING: AssetState.ASSET_STATE_REQUESTED,
    IngestState.INGEST_STATE_INGESTED: AssetState.ASSET_STATE_INGESTED,
    IngestState.INGEST_STATE_REJECTED: AssetState.ASSET_STATE_REJECTED,
    IngestState.INGEST_STATE_REMOVED: AssetState.ASSET_STATE_REMOVED,
}


@dataclass(frozen=True, slots=True)
class KnownAsset:
    """Where an asset stands, all that ingest knows of it, and what kept ingest from answering, if anything.

    `summary` is the latest that has arrived here while ingest does not answer.
    """

    progress: Progress
    summary: AssetSummary
    away: Away | None = None


@dataclass(frozen=True, slots=True)
class AssetProgress:
    """Say where an asset stands, and what ingest knows of it.

    Raises Gone when it was erased, NotFound when neither the facts nor ingest know the id, and Away when the
    facts do not and ingest cannot be asked.
    """

    progress: ProgressRepository
    summaries: SummaryRepository
    services: Services
    tombstones: Tombstones

    async def __call__(self, asset_id: str) -> KnownAsset:
        await self.require_not_erased(asset_id)
        reported: Progress | None = None
        away: Away | None = None
        listed = await self.summaries.get(asset_id)
        summary = listed or AssetSummary()
        try:
            answer = await self.services.call(GET_ASSET, GetAssetRequest(asset_id=asset_id))
            reported, summary = ingest_progress(answer.asset), described(answer.asset)
            if listed is not None and listed.HasField("requested_at"):
                summary.requested_at.CopyFrom(listed.requested_at)  # what it is listed by
            if listed is not None and listed.HasField("duration"):
                summary.duration.CopyFrom(listed.duration)
        except NotFound:
            pass
        except Gone:
            if await self.tombstones.find(asset_subject(asset_id)) is None:
                raise
        except Away as error:
            away = error
        derived = (await self.progress.of_assets([asset_id])).get(asset_id)
        if derived is None and reported is None:
            if away is not None:
                raise away
            raise asset_unknown(asset_id)
        return KnownAsset(further(derived, reported), summary, away)

    async def require_not_erased(self, asset_id: str) -> None:
        """Raise Gone when the asset was erased: its facts are forgotten, and nobody is asked about it."""
        buried = await self.tombstones.find(asset_subject(asset_id))
        if buried is not None and buried.going is Going.ERASED:
            raise Gone(buried.sentence)


def asset_unknown(asset_id: str) -> NotFound:
    """Return the refusal of an id that nobody knows."""
    return NotFound(
        say(
            "asset_unknown",
            "no asset {asset_id} is known: `framewell assets` lists those that are",
            asset_id=asset_id,
        )
    )


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
