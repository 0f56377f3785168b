"""Registered models on this replica: files on disk, models in the registry or in quarantine."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from framewell.model.v1.model_pb2 import ModelRegistered, RegisteredVersion
from framewell_inference.domain.outside_names import check_outside_name
from framewell_inference.domain.tensors import InvalidInputError, Tensors
from framewell_inference.ports.models import Model, ModelRegistry, OnDemand, Quarantined
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy
from framewell_kit.telemetry import logger
from framewell_models.folders import ModelFolder, folder_of
from framewell_models.manifest import MANIFEST_NAME, Manifest, ManifestError, ModelRef
from framewell_models.manifest_reader import read

log = logger(__name__)

Open = Callable[[ModelFolder, OnDemand | None], Model]
"""Makes a model of a folder whose files were checked. Blocks. Raises whatever a bad one makes it raise."""

Describe = Callable[[ModelFolder], Awaitable[Tensors]]
"""Reads what a graph takes and gives without loading it. Raises as Open, and Busy."""


@dataclass(slots=True)
class FollowedRegistrations:
    """RegisteredModels: folders below `root`, opened by `open_model`, in the registry.

    A graph is loaded at its first run; one that cannot be loaded then goes into quarantine.
    A folder stays until the process ends: whoever found its model before it was dropped may finish.
    """

    objects: Objects
    registry: ModelRegistry
    open_model: Open
    describe: Describe
    root: Path
    _entries: dict[str, ModelRegistered] = field(default_factory=dict)
    _following: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def follow(self, entry: ModelRegistered) -> None:
        async with self._following:
            known = self._entries.get(entry.name, ModelRegistered(name=entry.name))
            if entry.revision <= known.revision:
                return
            for version in entry.versions:
                await self._load(ModelRef(entry.name, version.version), version)
            self._choose(entry)
            self.registry.enable(entry.name, entry.enabled)
            there = {version.version for version in entry.versions}
            for version in known.versions:
                if version.version not in there:
                    self.registry.drop(ModelRef(entry.name, version.version))
            self._choose(entry)
            self._entries[entry.name] = entry

    def _choose(self, entry: ModelRegistered) -> None:
        """Put the chosen version in force; where it cannot be used, what serves now goes on serving.

        Where nothing serves, any other version does, those of a machine's own folders among them.
        """
        chosen = self.registry.find(entry.name, entry.in_force) if entry.in_force else None
        if chosen is None and self.registry.find(entry.name) is None:
            of_name = (one.model for one in self.registry.all())
            chosen = next((model for model in of_name if model.manifest.name == entry.name), None)
        if chosen is not None:
            self.registry.put(chosen, in_force=True)

    async def _load(self, ref: ModelRef, version: RegisteredVersion) -> None:
        if self.registry.find(ref.name, ref.version) is not None:
            return
        manifest: Manifest | None = None
        try:
            text = await self.objects.read(version.manifest)
            manifest = read(text.decode("utf-8"), origin=str(ref))
            if manifest.ref != ref:
                raise ManifestError(f"the manifest of {ref} describes {manifest.ref}")
            check_outside_name(ref)
            folder = await self._folder(manifest, text, version)
            model = await self._opened(folder)
        except Busy:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one model stops no other
            log.error("a model cannot be used", model=str(ref), reason=str(error))
            self.registry.quarantine(Quarantined.because(ref, error, manifest))
            return
        self.registry.put(model, in_force=False)

    async def _opened(self, folder: ModelFolder) -> Model:
        if problems := await asyncio.to_thread(folder.problems):
            raise ManifestError("; ".join(problems))
        on_demand = None
        if not folder.manifest.remote:
            tensors = await self.describe(folder)
            on_demand = OnDemand(tensors, partial(self._break, folder.manifest))
        return await asyncio.to_thread(self.open_model, folder, on_demand)

    def _break(self, manifest: Manifest, error: InvalidInputError) -> None:
        """Put a model whose graph could not be loaded into quarantine, and another version in force."""
        ref = manifest.ref
        if self.registry.find(ref.name, ref.version) is None:  # removed in the meantime
            return
        log.error("a model cannot be used", model=str(ref), reason=str(error))
        self.registry.quarantine(Quarantined.because(ref, error, manifest))
        if ref.name in self._entries:
            self._choose(self._entries[ref.name])

    async def _folder(self, manifest: Manifest, text: bytes, version: RegisteredVersion) -> ModelFolder:
        """Lay the version's files into a folder: links to the object store's own files where it has any."""
        folder = folder_of(self.root, manifest.ref)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST_NAME).write_bytes(text)
        for file in version.files:
            if file.name not in {one.name for one in manifest.files}:
                raise ManifestError(f"the manifest of {manifest.ref} does not list {file.name}")
            async with self.objects.local(file.content) as path:
                await asyncio.to_thread(_link, path, folder / file.name)
        return ModelFolder(manifest, folder)


def _link(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
