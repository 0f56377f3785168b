"""How the service is put together: its stores, the steps on them, and what answers facts, jobs and calls."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from framewell.inference.v1 import inference_service_pb2
from framewell.inference.v1.inference_service_pb2_grpc import add_InferenceServiceServicer_to_server
from framewell_inference.adapters.metrics import MeteredPictures, MeteredSounds
from framewell_inference.adapters.model_metrics import report_models
from framewell_inference.adapters.model_registry import LoadedModelRegistry
from framewell_inference.adapters.onnx_engine import MIB, OnnxLoader
from framewell_inference.adapters.sandboxed_pictures import SandboxedPictures
from framewell_inference.adapters.serving.devices import Devices
from framewell_inference.analysers.faces.analyser import FaceAnalyser
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
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.choose_enabled import ChooseEnabled
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.steps.know_asset import KnowAsset
from framewell_inference.steps.live_budget import LiveBudget
from framewell_inference.wiring.analysers import load_analysers
from framewell_inference.wiring.campaigns import wire_campaigns
from framewell_inference.wiring.clusters import cluster_faces, cluster_servicer, decide_clusters
from framewell_inference.wiring.models import ModelParts, load_site_models, opening, wire_models
from framewell_inference.wiring.steps import build_steps
from framewell_inference.wiring.stores import prepared_stores
from framewell_kit.rpc import Servicer
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Permits
from framewell_media.sandbox import Sandbox
from framewell_models.folders import ModelMissingError

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
    stores = await prepared_stores(mesh, loader, registry)
    spaces = FaceSpaces(analysers.embedding, registry, stores.identities)
    faces = next((one for one in analysers.pictures if isinstance(one, FaceAnalyser)), None)
    if faces is not None:
        spaces.loaded.update({one.ref: one for one in faces.embeddings()})
    report_models(registry)
    choose = ChooseAnalysers(
        _metered(analysers, spaces),
        ChooseEnabled(registry),
        spaces,
        MeteredPictures,
        MeteredSounds,
        faces,
        settings.chunk_seconds,
    )
    s, steps = stores, build_steps(stores, mesh, spaces)
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


def _metered(analysers: Analysers, spaces: FaceSpaces) -> Analysers:
    """Return the analysers measured, of which the one of faces looks with the embeddings at work."""
    pictures = [
        replace(one, embeddings=spaces.at_work) if isinstance(one, FaceAnalyser) else one
        for one in analysers.pictures
    ]
    return replace(
        analysers,
        pictures=[MeteredPictures(one) for one in pictures],
        sounds=[MeteredSounds(one) for one in analysers.sounds],
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
