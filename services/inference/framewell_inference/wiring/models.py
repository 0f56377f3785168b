"""Models of others: taken in, followed, chosen, enabled, tried."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from framewell_inference.adapters.examination import SandboxedExamination
from framewell_inference.adapters.followed_registrations import FollowedRegistrations
from framewell_inference.adapters.registration_documents import FolderObjects, RegistrationDocuments
from framewell_inference.adapters.remote.opening import OpenFolder
from framewell_inference.commands.choose_version import ChooseVersion
from framewell_inference.commands.enable_model import DisableModel, EnableModel
from framewell_inference.commands.import_model import ImportModel
from framewell_inference.commands.remove_model import RemoveModel
from framewell_inference.domain.outside_names import check_name
from framewell_inference.domain.tensors import InvalidInputError, Tensors
from framewell_inference.entrypoints.model_methods import ModelMethods
from framewell_inference.entrypoints.model_streams import FolderStreams
from framewell_inference.handlers.follow_registrations import FollowRegistrations
from framewell_inference.ports.analysers import PictureDecoder
from framewell_inference.ports.models import (
    IdentityModelRepository,
    ModelLoader,
    ModelRegistry,
    OnDemand,
    Quarantined,
    folder_unfit,
)
from framewell_inference.queries.list_models import ListModels
from framewell_inference.queries.try_model import TryModel
from framewell_inference.settings import InferenceSettings
from framewell_inference.steps.bounded_looks import EndingLooks, LooksUnderWay
from framewell_inference.steps.change_registration import ChangeRegistration
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_inference.steps.rehearse_model import rehearse
from framewell_kit.object_references import ObjectReferences
from framewell_kit.service import Mesh
from framewell_kit.telemetry import logger
from framewell_media.sandbox import Sandbox
from framewell_models.folders import BrokenFolder, installed, shipped
from framewell_models.manifest import Manifest

FOLDERS = "models"
"""Folder of the process's own in which registered models lie."""


log = logger(__name__)


@dataclass(frozen=True, slots=True)
class ModelParts:
    """What the rest of the service needs of models of others."""

    methods: ModelMethods
    follow: FollowRegistrations
    registry: ModelRegistry


async def wire_models(
    mesh: Mesh,
    settings: InferenceSettings,
    registry: ModelRegistry,
    open_model: OpenFolder,
    *,
    spaces: FaceSpaces,
    looks: LooksUnderWay,
    identities: IdentityModelRepository,
    references: ObjectReferences,
    sandbox: Sandbox,
    decoder: PictureDecoder,
) -> ModelParts:
    """Connect them; what is registered arrives as facts."""
    registrations = RegistrationDocuments(mesh.documents, mesh.outbox)
    await registrations.prepare()
    objects = FolderObjects(mesh.objects, references)
    examiner = SandboxedExamination(sandbox, open_model, rehearse)
    followed = FollowedRegistrations(
        mesh.objects, registry, open_model, examiner.describe, mesh.scratch / FOLDERS
    )
    models = EndingLooks(followed, looks)
    change = ChangeRegistration(registrations, models)
    methods = ModelMethods(
        streams=FolderStreams(mesh.scratch, settings.model_mib << 20),
        list_models=ListModels(registry, identities),
        import_model=ImportModel(registry, examiner, objects, registrations, change),
        try_model=TryModel(examiner, decoder, open_model),
        choose_version=ChooseVersion(registry, change),
        enable_model=EnableModel(registry, change),
        disable_model=DisableModel(registry, change),
        remove_model=RemoveModel(change, registrations, objects, spaces),
    )
    return ModelParts(methods, FollowRegistrations(models, registrations), registry)


async def load_site_models(
    root: Path, sandbox: Sandbox, open_model: OpenFolder, registry: ModelRegistry
) -> None:
    """Examine every folder below `root` that does not ship, and put it into the registry, served by name.

    One that cannot be used is quarantined with its reason and stops nobody.
    """
    known, examiner = (
        {manifest.ref for manifest in shipped()},
        SandboxedExamination(sandbox, open_model, rehearse),
    )
    for found in await asyncio.to_thread(lambda: list(installed(root))):
        if isinstance(found, BrokenFolder):
            name, _, version = found.place.rpartition("/")
            log.error("a model folder cannot be used", model=found.place, reason=found.reason)
            registry.quarantine(Quarantined(name, version, folder_unfit(found.reason)))
        elif found.manifest.ref not in known:
            ref = found.manifest.ref
            try:
                check_name(ref)
                known_of = await examiner.examine(found)
                on_demand = OnDemand(
                    Tensors(known_of.inputs, known_of.outputs, known_of.metadata),
                    partial(_break, registry, found.manifest),
                )
                model = await asyncio.to_thread(open_model, found, on_demand)
                registry.put(model, in_force=registry.find(ref.name) is None)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one folder stops no other
                log.error("a model folder cannot be used", model=str(ref), reason=str(error))
                registry.quarantine(Quarantined.because(ref, error, found.manifest))


def _break(registry: ModelRegistry, manifest: Manifest, error: InvalidInputError) -> None:
    log.error("a model folder cannot be used", model=str(manifest.ref), reason=str(error))
    registry.quarantine(Quarantined.because(manifest.ref, error, manifest))


def opening(loader: ModelLoader, settings: InferenceSettings) -> OpenFolder:
    """Return what opens model folders: those of models elsewhere only at the hosts of the settings."""
    hosts = [host for host in (one.strip() for one in settings.remote_hosts.split(",")) if host]
    tokens = {host: token.get_secret_value() for host, token in settings.remote_tokens.items()}
    return OpenFolder(loader, hosts, tokens)
