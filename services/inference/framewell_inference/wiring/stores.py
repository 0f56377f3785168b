"""What the service keeps: the adapters behind the ports of its stores."""

from __future__ import annotations

from framewell_inference.adapters.analysed_asset_documents import AnalysedAssetDocuments
from framewell_inference.adapters.campaign_documents import CampaignDocuments
from framewell_inference.adapters.face_search_documents import FaceSearchDocuments
from framewell_inference.adapters.face_track_documents import FaceTrackDocuments
from framewell_inference.adapters.identity_model_documents import IdentityModelDocuments
from framewell_inference.adapters.media_objects import ArrowFrameBundles, ArrowVectors, FlacSounds
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.observation_documents import ObservationDocuments
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.posting_documents import PostingDocuments
from framewell_inference.adapters.posting_sets import PostingSets
from framewell_inference.adapters.recognition_change_documents import RecognitionChangeDocuments
from framewell_inference.adapters.relabel_queue import LeasedRelabelQueue
from framewell_inference.adapters.vector_block_objects import VectorBlockObjects
from framewell_inference.adapters.vector_index import FollowedVectors
from framewell_inference.adapters.vector_log_documents import VectorLogDocuments
from framewell_inference.adapters.word_documents import WordDocuments
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.ports.stores import Stores
from framewell_inference.steps.pack_vectors import PackVectors
from framewell_inference.wiring.clusters import prepared_cluster_stores
from framewell_kit.fanin import FanIn
from framewell_kit.object_references import ObjectReferences
from framewell_kit.rights_decisions import RightsDecisions
from framewell_kit.service import Mesh

PARTS = "analyses"
"""The collection in which the parts of assets are counted."""


async def prepared_stores(mesh: Mesh, loader: OnnxLoader, registry: LoadedModelRegistry) -> Stores:
    """Build the adapters, and make the indexes they read by."""
    documents, objects, vectors = mesh.documents, mesh.objects, ArrowVectors()
    references = ObjectReferences(documents, objects)
    log = VectorLogDocuments(documents)
    blocks = VectorBlockObjects(objects, references, mesh.scratch)
    packing = PackVectors(log, blocks)
    words = WordDocuments(documents)
    observations = ObservationDocuments(documents, objects, vectors, references, log, packing, words)
    tracks = FaceTrackDocuments(documents, objects, vectors, references)
    postings = PostingDocuments(documents, PostingSets(documents, objects, references))
    parts = FanIn(documents, PARTS)
    changes = RecognitionChangeDocuments(documents, objects, references)
    assets, campaigns = AnalysedAssetDocuments(documents), CampaignDocuments(documents)
    face_searches = FaceSearchDocuments(mesh.outbox)
    kept = (references, log, words, observations, tracks, postings, changes, parts, assets, campaigns)
    for store in (*kept, face_searches):
        await store.prepare()
    return Stores(
        objects=objects,
        bundles=ArrowFrameBundles(),
        sounds=FlacSounds(),
        references=references,
        rights=RightsDecisions(documents, mesh.clock),
        observations=observations,
        tracks=tracks,
        vectors=FollowedVectors(log, blocks),
        packing=packing,
        words=words,
        postings=postings,
        changes=changes,
        parts=parts,
        assets=assets,
        campaigns=campaigns,
        identities=IdentityModelDocuments(documents, objects, loader, registry, FaceIdentifier.over),
        relabel=LeasedRelabelQueue(mesh.jobs),
        clusters=await prepared_cluster_stores(mesh),
        face_searches=face_searches,
    )
