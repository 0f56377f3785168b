"""Which adapter stands behind which port: the whole object graph of the service on one page."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from framewell.inference.v1 import inference_service_pb2
from framewell.inference.v1.inference_service_pb2_grpc import add_InferenceServiceServicer_to_server
from framewell_inference.adapters.analysed_asset_documents import AnalysedAssetDocuments
from framewell_inference.adapters.campaign_documents import CampaignDocuments
from framewell_inference.adapters.face_search_documents import FaceSearchDocuments
from framewell_inference.adapters.face_track_documents import FaceTrackDocuments
from framewell_inference.adapters.identity_model_documents import IdentityModelDocuments
from framewell_inference.adapters.media_objects import ArrowFrameBundles, ArrowVectors, FlacSounds
from framewell_inference.adapters.metrics import MeteredPictures, MeteredSounds
from framewell_inference.adapters.model_metrics import report_models
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.observation_documents import ObservationDocuments
from framewell_inference.adapters.onnx_engine import MIB, OnnxLoader
from framewell_inference.adapters.posting_documents import PostingDocuments
from framewell_inference.adapters.posting_sets import PostingSets
from framewell_inference.adapters.recognition_change_documents import RecognitionChangeDocuments
from framewell_inference.adapters.relabel_queue import LeasedRelabelQueue
from framewell_inference.adapters.sandboxed_pictures import SandboxedPictures
from framewell_inference.adapters.serving.devices import Devices
from framewell_inference.adapters.vector_block_objects import VectorBlockObjects
from framewell_inference.adapters.vector_index import FollowedVectors
from framewell_inference.adapters.vector_log_documents import VectorLogDocuments
from framewell_inference.adapters.word_documents import WordDocuments
from framewell_inference.analysers.faces.analyser import FaceAnalyser
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.commands.record_search import RecordSearch
from framewell_inference.commands.relabel import Relabel
from framewell_inference.entrypoints.jobs import cluster_kind, relabel_kind
from framewell_inference.entrypoints.open_inference_server import OpenInferenceServer, OpenInferenceSettings
from framewell_inference.entrypoints.rpc import InferenceRpc
from framewell_inference.entrypoints.search_rpc import search_servicer
from framewell_inference.entrypoints.stream import stages
from framewell_inference.holdings import holdings
from framewell_inference.ports.analysers import Analysers
from framewell_inference.ports.stores import Stores
from framewell_inference.queries.analyse_picture import AnalysePicture
from framewell_inference.queries.find_similar import FindSimilar, SearchedSpaces
from framewell_inference.queries.list_models import ListAnalysers, shortcomings
from framewell_inference.queries.list_observations import ListObservations
from framewell_inference.queries.list_people import ListPeople
from framewell_inference.queries.search_moments import SearchMoments
from framewell_inference.settings import InferenceSettings
from framewell_inference.steps import Steps
from framewell_inference.steps.add_later_looks import AddLaterLooks
from framewell_inference.steps.analyse_by_rights import AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.choose_enabled import ChooseEnabled
from framewell_inference.steps.conclude_analysis import ConcludeAnalysis
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.steps.forget_asset import ForgetAsset
from framewell_inference.steps.hear_sound import HearSound
from framewell_inference.steps.keep_faces import KeepFaces
from framewell_inference.steps.know_asset import KnowAsset
from framewell_inference.steps.live_budget import LiveBudget
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.steps.name_faces import NameFaces
from framewell_inference.steps.names_in_force import NamesInForce
from framewell_inference.steps.observe_chunk import ObserveChunk
from framewell_inference.steps.pack_vectors import PackVectors
from framewell_inference.steps.reuse_looks import ReuseLooks
from framewell_inference.wiring.analysers import load_analysers
from framewell_inference.wiring.campaigns import wire_campaigns
from framewell_inference.wiring.clusters import (
    cluster_faces,
    cluster_servicer,
    decide_clusters,
    keep_clusters,
    prepared_cluster_stores,
)
from framewell_inference.wiring.models import ModelParts, load_site_models, opening, wire_models
from framewell_kit.fanin import FanIn
from framewell_kit.object_references import ObjectReferences
from framewell_kit.rights_decisions import RightsDecisions
from framewell_kit.rpc import Servicer
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Permits
from framewell_media.sandbox import Sandbox
from framewell_models.folders import ModelMissingError

PARTS = "analyses"
"""The collection in which the parts of assets are counted."""

OIP_OFFSET = 29

SANDBOX_JOBS = ["framewell_inference.sandbox_jobs"]
"""What a sandboxed child of this service can do."""


async def wire(settings: InferenceSettings, mesh: Mesh) -> Service:
    """Load the models of this machine and connect. Raises ValueError when one that ships is missing."""
    registry, loader = LoadedModelRegistry(), _loader(settings)
    try:
        analysers = await asyncio.to_thread(
            load_analysers, settings.models, loader, registry, settings.languages.replace(",", " ").split()
        )
    except ModelMissingError as missing:
        raise ValueError(str(missing)) from missing
    sandbox = Sandbox(SANDBOX_JOBS)
    await load_site_models(settings.models, sandbox, opening(loader, settings), registry)
    return await wire_with(analysers, registry, loader, settings, mesh, sandbox=sandbox)


async def wire_with(
    analysers: Analysers,
    registry: LoadedModelRegistry,
    loader: OnnxLoader,
    settings: InferenceSettings,
    mesh: Mesh,
    *,
    sandbox: Sandbox,
) -> Service:
    """Connect analysers whose models are loaded already."""
    stores = await _prepared_stores(mesh, loader, registry)
    spaces = FaceSpaces(analysers.embedding, registry, stores.identities)
    faces = next((one for one in analysers.pictures if isinstance(one, FaceAnalyser)), None)
    if faces is not None:
        spaces.loaded.update({one.ref: one for one in faces.embeddings()})
    analysers = replace(
        analysers,
        pictures=[
            MeteredPictures(replace(one, embeddings=spaces.at_work) if isinstance(one, FaceAnalyser) else one)
            for one in analysers.pictures
        ],
        sounds=[MeteredSounds(one) for one in analysers.sounds],
    )
    report_models(registry)
    choose = ChooseAnalysers(
        analysers,
        ChooseEnabled(registry),
        spaces,
        MeteredPictures,
        MeteredSounds,
        faces,
        settings.chunk_seconds,
    )
    s, steps = stores, _steps(stores, mesh, spaces)
    decoder = SandboxedPictures(sandbox, mesh.scratch)
    decide = decide_clusters(s.clusters, steps.clusters, steps.people, mesh.clock)
    cluster = cluster_faces(s.clusters, s.tracks, steps.clusters, decide)
    models = await wire_models(
        mesh,
        settings,
        registry,
        opening(loader, settings),
        spaces=spaces,
        looks=choose.looks,
        identities=s.identities,
        references=s.references,
        sandbox=sandbox,
        decoder=decoder,
    )
    permits = Permits(settings.chunks, live=1)
    campaigns = wire_campaigns(mesh, settings, stores, steps, choose, permits=permits)
    relabel = Relabel(
        s.identities,
        s.vectors,
        s.postings,
        steps.people,
        s.changes,
        campaigns.describe,
        s.relabel,
        mesh.clock,
    )
    table = holdings(steps.forget, steps.people)
    return Service(
        holdings=table,
        stages=stages(
            s,
            choose,
            steps,
            mesh.erase(table),
            follow_registrations=models.follow,
            permits=permits,
            make_up=campaigns.make_up,
            describe=campaigns.describe,
            live_budget=LiveBudget(settings.live_budget, settings.live_lag, mesh.clock),
        ),
        jobs=[relabel_kind(relabel), cluster_kind(cluster), *campaigns.jobs],
        rpc=[
            _rpc(
                stores,
                choose,
                steps,
                models,
                decoder,
                record_search=RecordSearch(s.face_searches, mesh.clock),
            ),
            cluster_servicer(s.clusters, s.tracks, steps.names, decide, assets=s.assets, changes=s.changes),
            campaigns.servicer,
            search_servicer(SearchMoments(s.words, s.observations, s.rights, mesh.tombstones)),
        ],
        parts=[_open_inference(settings, mesh, registry)],
        notes={"models": partial(shortcomings, registry), "looks": choose.looks.long_ones},
    )


def _steps(stores: Stores, mesh: Mesh, spaces: FaceSpaces) -> Steps:
    """Build what several entrypoints share. Raises ValueError without the key for names."""
    s, tombstones = stores, mesh.tombstones
    names = mesh.settings.name_hashes()
    clusters = keep_clusters(s.clusters, s.tracks)
    people = ErasePeople(
        s.observations, s.tracks, s.postings, s.changes, tombstones, names, s.packing, clusters
    )
    name_faces = NameFaces(s.identities, s.tracks, s.postings, people)
    by_rights = AnalyseByRights(
        s.rights, s.observations, s.tracks, s.postings, s.references, s.packing, clusters
    )
    return Steps(
        tombstones=tombstones,
        by_rights=by_rights,
        people=people,
        name_faces=name_faces,
        forget=ForgetAsset(
            s.observations,
            s.tracks,
            s.postings,
            s.parts,
            s.references,
            s.packing,
            clusters,
            s.assets,
            s.campaigns,
        ),
        names=NamesInForce(spaces, s.identities, s.postings, name_faces, people),
        clusters=clusters,
        observe=ObserveChunk(
            LookAtFrames(),
            ReuseLooks(s.observations),
            s.bundles,
            s.objects,
            s.observations,
            KeepFaces(s.observations, s.tracks, s.postings, name_faces, spaces),
            people,
        ),
        hear=HearSound(s.sounds, s.objects, s.observations, people),
        conclude=ConcludeAnalysis(
            s.parts,
            s.objects,
            s.references,
            s.observations,
            by_rights,
            s.assets,
            AddLaterLooks(s.observations),
        ),
    )


async def _prepared_stores(mesh: Mesh, loader: OnnxLoader, registry: LoadedModelRegistry) -> Stores:
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


def _rpc(
    stores: Stores,
    choose: ChooseAnalysers,
    steps: Steps,
    models: ModelParts,
    decoder: SandboxedPictures,
    *,
    record_search: RecordSearch,
) -> Servicer:
    analysers, spaces, names = choose.shipped, choose.spaces, steps.names
    know = KnowAsset(stores.rights, stores.observations)
    servicer = InferenceRpc(
        analyse_picture=AnalysePicture(analysers, choose.declared, decoder, stores.identities, steps.people),
        list_observations=ListObservations(stores.observations, stores.tracks, names, know),
        list_people=ListPeople(stores.tracks, stores.clusters, names, know),
        find_similar=FindSimilar(
            stores.observations,
            stores.vectors,
            stores.rights,
            SearchedSpaces(spaces, models.registry, analysers.features),
        ),
        record_search=record_search,
        list_analysers=ListAnalysers(analysers, models.registry),
        models=models.methods,
    )
    name = inference_service_pb2.DESCRIPTOR.services_by_name["InferenceService"].full_name
    return Servicer(name, add_InferenceServiceServicer_to_server, servicer)


def _open_inference(
    settings: InferenceSettings, mesh: Mesh, registry: LoadedModelRegistry
) -> OpenInferenceServer:
    port = settings.oip_port or mesh.settings.port_base + OIP_OFFSET
    address = f"{mesh.settings.bind}:{port}"
    bounds = OpenInferenceSettings(address, settings.oip_requests, settings.oip_streams)
    return OpenInferenceServer(bounds, registry, mesh.admission)


def _loader(settings: InferenceSettings) -> OnnxLoader:
    memory = {"memory_bytes": settings.memory_mib * MIB} if settings.memory_mib else {}
    return OnnxLoader(
        settings.threads,
        slots=settings.runs,
        waiting=settings.queue,
        trusted=settings.trusted_models.replace(",", " ").split(),
        devices=Devices(settings.device),
        **memory,
    )
