"""Delete everything this service holds of one asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_inference.ports.campaigns import AnalysedAssets, CampaignRepository
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    ObservationRepository,
    PostingRepository,
)
from framewell_inference.ports.vectors import VectorPacking
from framewell_inference.steps.keep_clusters import KeepClusters
from framewell_kit.fanin import FanIn
from framewell_kit.object_references import ObjectReferences


@dataclass(frozen=True, slots=True)
class ForgetAsset:
    """Delete an asset's documents and the objects no other asset has; repeating it deletes nothing more.

    Objects go before the documents that name them: a crash in between leaves what a second call finds again.
    Tracks and sets go before postings, since whoever writes postings looks for them afterwards.
    """

    observations: ObservationRepository
    tracks: FaceTrackRepository
    postings: PostingRepository
    parts: FanIn
    references: ObjectReferences
    packing: VectorPacking
    clusters: KeepClusters
    assets: AnalysedAssets
    campaigns: CampaignRepository

    async def __call__(self, asset_id: str) -> Mapping[str, int]:
        """Return how many things were deleted, by store."""
        objects = await self.references.release(asset_id)
        tracks = await self.tracks.forget(asset_id)
        sightings = await self.clusters.without_asset(asset_id)
        sets = await self.observations.forget(asset_id)
        postings = await self.postings.forget(asset_id)
        await self.packing.purge()
        return {
            "objects/application/protobuf": objects,
            "face_tracks": tracks,
            "cluster_sightings": sightings,
            "postings": postings,
            "observation_sets": sets,
            "analyses": await self.parts.forget(asset_id),
            "analysed_assets": await self.assets.forget(asset_id),
            "campaigns": await self.campaigns.forget_asset(asset_id),
        }
