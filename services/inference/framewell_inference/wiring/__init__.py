"""Which adapter stands behind which port: the whole object graph of the service on one page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from framewell.inference.v1 import inference_service_pb2
from framewell.inference.v1.inference_service_pb2_grpc import add_InferenceServiceServicer_to_server
from framewell_inference.adapters import picture_job
from framewell_inference.adapters.asset_parts import COLLECTION as PARTS
from framewell_inference.adapters.asset_parts import StoredAssetParts
from framewell_inference.adapters.bundles import ArrowFrameBundles, ArrowVectors, FlacSounds
from framewell_inference.adapters.identity_catalogue import StoredIdentityModels
from framewell_inference.adapters.imported_models import StoredImports
from framewell_inference.adapters.metered import MeteredPictures, MeteredSounds, report_models
from framewell_inference.adapters.model_shelf import LoadedModels
from framewell_inference.adapters.onnx_engine import OnnxLoader
from framewell_inference.adapters.relabel_jobs import StoredRelabelJobs
from framewell_inference.adapters.sandboxed_pictures import SandboxedPictures
from framewell_inference.adapters.stored_observations import StoredObservations
from framewell_inference.adapters.stored_tracks import StoredFaceTracks, StoredPostings
from framewell_inference.analysers.recognition import FaceIdentifier
from framewell_inference.entrypoints.jobs import relabel_kind
from framewell_inference.entrypoints.open_inference_server import OpenInferenceServer, OpenInferenceSettings
from framewell_inference.entrypoints.rpc import InferenceRpc
from framewell_inference.entrypoints.stream import Handlers, stages
from framewell_inference.handlers.analyse_audio import AnalyseAudio
from framewell_inference.handlers.analyse_chunk import AnalyseChunk
from framewell_inference.handlers.analyse_picture import AnalysePicture
from framewell_inference.handlers.complete_asset import CompleteAsset
from framewell_inference.handlers.find_similar import FindSimilar
from framewell_inference.handlers.follow_models import FollowModels
from framewell_inference.handlers.forget import Erase, ForgetAsset
from framewell_inference.handlers.list_observations import ListObservations
from framewell_inference.handlers.list_people import ListPeople
from framewell_inference.handlers.manage_models import ManageModels
from framewell_inference.handlers.name_faces import NameFaces
from framewell_inference.handlers.relabel import Relabel
from framewell_inference.handlers.request_relabel import RequestRelabel
from framewell_inference.settings import InferenceSettings
from framewell_inference.wiring.analysers import Analysers, load_analysers, load_house_models
from framewell_kit.decisions import DecisionLog
from framewell_kit.fanin import FanIn
from framewell_kit.rpc import Servicer, Tokens
from framewell_kit.service import Mesh, Service
from framewell_kit.telemetry import logger
from framewell_media.sandbox import Sandbox
from framewell_models.folders import ModelMissingError

OIP_OFFSET = 29

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept."""

    observations: StoredObservations
    tracks: StoredFaceTracks
    postings: StoredPostings
    parts: StoredAssetParts
    identities: StoredIdentityModels
    imports: StoredImports
    jobs: StoredRelabelJobs


async def wire(settings: InferenceSettings, mesh: Mesh) -> Service:
    """Load the models, restore what was imported, and connect. Raises ValueError when models are missing."""
    shelf, loader = LoadedModels(), OnnxLoader(settings.threads)
    try:
        analysers = await asyncio.to_thread(load_analysers, settings.models, loader, shelf)
    except ModelMissingError as missing:
        raise ValueError(str(missing)) from missing
    for problem in await asyncio.to_thread(load_house_models, settings.models, loader, shelf):
        log.error("a model folder cannot be used", reason=problem)
    analysers = replace(
        analysers,
        pictures=[MeteredPictures(one) for one in analysers.pictures],
        sounds=[MeteredSounds(one) for one in analysers.sounds],
    )
    report_models(shelf)
    stores = _stores(mesh, loader, shelf)
    await stores.observations.prepare()
    await stores.tracks.prepare()
    await stores.postings.prepare()
    await stores.imports.restore(shelf)
    name_faces = NameFaces(stores.identities, stores.tracks, stores.postings)
    handlers = _handlers(mesh, stores, analysers, name_faces)
    relabel = Relabel(stores.identities, stores.tracks, stores.postings, name_faces, mesh.clock)
    return Service(
        stages=stages(handlers, DecisionLog(mesh.documents), chunks=settings.chunks),
        jobs=[relabel_kind(relabel)],
        rpc=[_rpc(stores, analysers, name_faces, shelf)],
        parts=[_open_inference(settings, mesh, shelf)],
    )


def _stores(mesh: Mesh, loader: OnnxLoader, shelf: LoadedModels) -> Stores:
    documents, objects, vectors = mesh.documents, mesh.objects, ArrowVectors()
    return Stores(
        observations=StoredObservations(documents, objects, vectors),
        tracks=StoredFaceTracks(documents, objects, vectors),
        postings=StoredPostings(documents),
        parts=StoredAssetParts(FanIn(documents, PARTS)),
        identities=StoredIdentityModels(documents, objects, loader, shelf, FaceIdentifier.over),
        imports=StoredImports(documents, objects, loader),
        jobs=StoredRelabelJobs(mesh.jobs),
    )


def _handlers(mesh: Mesh, stores: Stores, analysers: Analysers, name_faces: NameFaces) -> Handlers:
    forget_asset = ForgetAsset(stores.observations, stores.tracks, stores.postings, stores.parts)
    return Handlers(
        analyse_chunk=AnalyseChunk(
            analysers.pictures,
            ArrowFrameBundles(),
            mesh.objects,
            stores.observations,
            stores.tracks,
            name_faces,
        ),
        analyse_audio=AnalyseAudio(analysers.sounds, FlacSounds(), mesh.objects, stores.observations),
        complete_asset=CompleteAsset(stores.parts),
        follow_models=FollowModels(stores.identities),
        request_relabel=RequestRelabel(stores.identities, stores.jobs),
        forget_asset=forget_asset,
        erase=Erase(forget_asset, stores.postings),
    )


def _rpc(stores: Stores, analysers: Analysers, name_faces: NameFaces, shelf: LoadedModels) -> Servicer:
    sandbox = Sandbox([picture_job.__name__])
    servicer = InferenceRpc(
        analyse_picture=AnalysePicture(analysers.pictures, SandboxedPictures(sandbox), stores.identities),
        list_observations=ListObservations(stores.observations),
        list_people=ListPeople(
            analysers.embedding, stores.identities, stores.tracks, stores.postings, name_faces
        ),
        find_similar=FindSimilar(
            stores.observations, {"faces": analysers.embedding, "labels": analysers.features}
        ),
        models=ManageModels(
            shelf, stores.imports, stores.identities, stores.jobs, analysers.pictures, analysers.sounds
        ),
    )
    name = inference_service_pb2.DESCRIPTOR.services_by_name["InferenceService"].full_name
    return Servicer(name, add_InferenceServiceServicer_to_server, servicer)


def _open_inference(settings: InferenceSettings, mesh: Mesh, shelf: LoadedModels) -> OpenInferenceServer:
    port = settings.oip_port or mesh.settings.port_base + OIP_OFFSET
    address = f"{mesh.settings.bind}:{port}"
    return OpenInferenceServer(
        OpenInferenceSettings(address, settings.oip_threads), shelf, Tokens(mesh.settings.tokens)
    )
