"""Clusters: what keeps, lists and changes them, wired."""

from __future__ import annotations

from framewell.inference.v1 import cluster_service_pb2
from framewell.inference.v1.cluster_service_pb2_grpc import add_ClusterServiceServicer_to_server
from framewell_inference.adapters.centre_documents import CentreDocuments
from framewell_inference.adapters.cluster_decision_documents import ClusterDecisionDocuments
from framewell_inference.adapters.cluster_documents import ClusterDocuments
from framewell_inference.adapters.cluster_queue import LeasedClusterQueue
from framewell_inference.adapters.due_cluster_documents import DueClusterDocuments
from framewell_inference.adapters.sighting_documents import SightingDocuments
from framewell_inference.commands.cluster_faces import ClusterFaces
from framewell_inference.commands.decide_clusters import DecideClusters
from framewell_inference.entrypoints.cluster_rpc import ClusterRpc
from framewell_inference.ports.campaigns import AnalysedAssets
from framewell_inference.ports.clusters import ClusterStores
from framewell_inference.ports.repositories import FaceTrackRepository, RecognitionChangeRepository
from framewell_inference.queries.list_appearances import ListAppearances
from framewell_inference.queries.list_clusters import ListClusters
from framewell_inference.queries.list_recognition_changes import ListRecognitionChanges
from framewell_inference.queries.show_cluster import DescribeClusters, ShowCluster
from framewell_inference.steps.apply_decision import ApplyDecision
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.find_cluster import FindCluster
from framewell_inference.steps.keep_clusters import KeepClusters
from framewell_inference.steps.name_sightings import NameSightings
from framewell_inference.steps.names_in_force import NamesInForce
from framewell_inference.steps.refuse_contradictions import RefuseContradictions
from framewell_inference.steps.root_clusters import RootClusters
from framewell_inference.steps.settle_names import SettleNames
from framewell_inference.steps.sum_clusters import SumClusters
from framewell_inference.steps.sum_due_clusters import SumDueClusters
from framewell_kit.clock import Clock
from framewell_kit.rpc import Servicer
from framewell_kit.service import Mesh


async def prepared_cluster_stores(mesh: Mesh) -> ClusterStores:
    """Build the adapters, and make the indexes they read by."""
    documents = mesh.documents
    sightings = SightingDocuments(documents)
    clusters = ClusterDocuments(documents)
    centres = CentreDocuments(documents, mesh.clock)
    decisions = ClusterDecisionDocuments(documents, mesh.outbox)
    for store in (sightings, clusters, centres, decisions):
        await store.prepare()
    queue = LeasedClusterQueue(documents, mesh.jobs)
    due = DueClusterDocuments(documents, queue, mesh.clock)
    return ClusterStores(sightings, clusters, centres, decisions, queue, due)


def keep_clusters(stores: ClusterStores, tracks: FaceTrackRepository) -> KeepClusters:
    """Return what keeps clusters as tracks come and go."""
    s = stores
    sums = SumClusters(tracks, s.sightings, s.clusters, s.centres, s.decisions)
    return KeepClusters(tracks, s.sightings, s.clusters, s.centres, s.decisions, s.due, sums)


def decide_clusters(
    stores: ClusterStores, keep: KeepClusters, people: ErasePeople, clock: Clock
) -> DecideClusters:
    """Return what people decide by."""
    s = stores
    find = FindCluster(s.clusters)
    settle = SettleNames(s.clusters, s.decisions)
    root = RootClusters(s.clusters, keep.sums)
    apply = ApplyDecision(s.sightings, s.clusters, s.decisions, keep.sums, root, s.due)
    refuse = RefuseContradictions(s.clusters, s.decisions)
    return DecideClusters(s.sightings, s.decisions, find, people, s.queue, clock, settle, refuse, apply)


def cluster_faces(
    stores: ClusterStores, tracks: FaceTrackRepository, keep: KeepClusters, decide: DecideClusters
) -> ClusterFaces:
    """Return the job that has the last word about clusters."""
    s = stores
    sum_due = SumDueClusters(s.sightings, s.clusters, keep.sums, decide.apply.root, s.due)
    return ClusterFaces(tracks, keep, decide, s.queue, sum_due)


def cluster_servicer(
    stores: ClusterStores,
    tracks: FaceTrackRepository,
    names: NamesInForce,
    decide: DecideClusters,
    *,
    assets: AnalysedAssets,
    changes: RecognitionChangeRepository,
) -> Servicer:
    """Return the service as the server takes it."""
    s, name = stores, NameSightings(tracks, stores.sightings, names)
    describe = DescribeClusters(s.sightings, name)
    answering = ClusterRpc(
        list_clusters=ListClusters(s.sightings, s.clusters, name, describe),
        show=ShowCluster(s.sightings, s.clusters, s.centres, s.decisions, decide.find, describe),
        decide=decide,
        describe=describe,
        appearances=ListAppearances(tracks, assets, names),
        changes=ListRecognitionChanges(changes),
    )
    full_name = cluster_service_pb2.DESCRIPTOR.services_by_name["ClusterService"].full_name
    return Servicer(full_name, add_ClusterServiceServicer_to_server, answering)
