"""Everything the service keeps and reads, in one value: each entrypoint takes from it what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_inference.ports.analysers import FrameBundles, Sounds
from framewell_inference.ports.campaigns import AnalysedAssets, CampaignRepository
from framewell_inference.ports.clusters import ClusterStores
from framewell_inference.ports.face_searches import FaceSearches
from framewell_inference.ports.models import IdentityModelRepository, RelabelQueue
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    ObservationRepository,
    PostingRepository,
    RecognitionChangeRepository,
)
from framewell_inference.ports.search import WordIndex
from framewell_inference.ports.vectors import VectorIndex, VectorPacking
from framewell_kit.fanin import FanIn
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.rights_decisions import RightsDecisions


@dataclass(frozen=True, slots=True)
class Stores:
    """Documents, objects and queues."""

    objects: Objects
    bundles: FrameBundles
    sounds: Sounds
    references: ObjectReferences
    rights: RightsDecisions
    observations: ObservationRepository
    tracks: FaceTrackRepository
    vectors: VectorIndex
    packing: VectorPacking
    words: WordIndex
    postings: PostingRepository
    changes: RecognitionChangeRepository
    parts: FanIn
    assets: AnalysedAssets
    campaigns: CampaignRepository
    identities: IdentityModelRepository
    relabel: RelabelQueue
    clusters: ClusterStores
    face_searches: FaceSearches
