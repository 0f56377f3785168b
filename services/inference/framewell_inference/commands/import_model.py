"""Take in a model folder that somebody sends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.model.v1.model_pb2 import RegisteredVersion
from framewell_contracts.sentences import say
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.outside_names import check_outside_name
from framewell_inference.domain.registrations import with_version, without_import
from framewell_inference.ports.models import LoadedModel, ModelRegistry
from framewell_inference.ports.registrations import (
    Examination,
    ModelExaminer,
    ModelObjects,
    ModelRegistrations,
)
from framewell_inference.steps.change_registration import ChangeRegistration, loaded_or_refused
from framewell_inference.steps.read_folder import read_folder
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, Conflict, Rejected
from framewell_models.manifest import ManifestError, ModelRef


@dataclass(frozen=True, slots=True)
class ImportModel:
    """Examine, store and register a model folder; every replica follows, this one before the call returns.

    The first version of a name is in force. A folder that cannot be used leaves nothing behind. Raises
    Rejected for such a one and for identity models (training makes them), Conflict for a version that is
    there already, Busy when it may be tried again.
    """

    registry: ModelRegistry
    examiner: ModelExaminer
    objects: ModelObjects
    registrations: ModelRegistrations
    change: ChangeRegistration

    async def __call__(
        self, manifest: bytes, files: Path, actor: Actor, cause: Cause
    ) -> tuple[LoadedModel, Examination]:
        """Take in the folder `files`, which holds what the manifest lists; it may go when this returns."""
        folder = await asyncio.to_thread(read_folder, manifest, files)
        ref = folder.manifest.ref
        try:
            check_outside_name(ref)
        except ManifestError as error:
            raise Rejected(
                say("bad_model.folder", "the model folder cannot be taken in: {why}", why=error)
            ) from error
        if ref.name.startswith(IDENTITY_PREFIX):
            raise Rejected(
                say("identity_from_training", "identity models come from training; promote the run instead")
            )
        entry = await self.registrations.get(ref.name)
        known = ref.version in {one.version for one in entry.versions}
        if known or self.registry.find(ref.name, ref.version) is not None:
            raise Conflict(
                say("version_exists", "{model} is there already; a change is a new version", model=ref)
            )
        examination = await self.examiner.examine(folder)
        by = uuid4().hex
        added = await self.objects.keep(ref, by, folder, manifest)
        first = self.registry.find(ref.name) is None
        try:
            await self.change(ref.name, partial(with_version, added=added, first=first), actor, cause)
        except Conflict:
            await self.objects.release(ref, by)
            raise
        except Busy:
            await self._release_unless_registered(ref, by, added)
            raise
        try:
            return loaded_or_refused(self.registry, ref.name, ref.version), examination
        except Rejected:
            await self.change(ref.name, partial(without_import, added=added), actor, cause)
            await self.objects.release(ref, by)
            raise

    async def _release_unless_registered(self, ref: ModelRef, by: str, added: RegisteredVersion) -> None:
        """Let go of what was stored, unless the change was kept though it was reported as not kept."""
        entry = await self.registrations.get(ref.name)
        if added not in entry.versions:
            await self.objects.release(ref, by)
