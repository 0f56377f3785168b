"""The work of campaigns as leased jobs, always in the archive's lane."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import Piece
from framewell_inference.ports.campaigns import CAMPAIGN_JOB, LOOK_JOB, PieceEnd
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs
from framewell_kit.jobs.store import has_ended


@dataclass(frozen=True, slots=True)
class CampaignJobs:
    """CampaignQueue on leased jobs. A piece is named after its asset first, so that it ends with it."""

    jobs: Jobs

    async def put_campaign(self, campaign_id: str, cause: Cause) -> None:
        await self.jobs.put(CAMPAIGN_JOB, campaign_id, {}, cause=cause, lane=LANE_ARCHIVE)

    async def put_piece(self, piece: Piece, cause: Cause) -> None:
        payload = {
            "campaign": piece.campaign_id,
            "generation": piece.generation,
            "piece": piece.name,
            "chunks": piece.chunks,
        }
        key = _key(piece.campaign_id, piece.asset_id, piece.name)
        of_asset = cause._replace(subject=piece.asset_id)
        await self.jobs.put(LOOK_JOB, key, payload, cause=of_asset, lane=LANE_ARCHIVE)

    async def end_of(self, campaign_id: str, asset_id: str, piece: str) -> PieceEnd | None:
        document = await self.jobs.get(LOOK_JOB, _key(campaign_id, asset_id, piece))
        if document is None or not has_ended(document):
            return None
        failure = document["reason"] if document["code"] else ""
        return PieceEnd(Counts.of(document["progress"].get("counts", {})), failure)


def _key(campaign_id: str, asset_id: str, piece: str) -> str:
    return f"{asset_id}/{campaign_id}/{piece}"
