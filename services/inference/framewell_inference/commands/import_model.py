"""Take in a model folder that somebody sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.ports.models import ImportedModelRepository, LoadedModel, ModelRegistry
from framewell_kit.outcomes import Conflict, Rejected
from framewell_models.manifest import ManifestError
from framewell_models.manifest_reader import read


@dataclass(frozen=True, slots=True)
class ImportModel:
    """Check, store and load a model folder: served by name at once, on this replica and after every restart.

    The first version of a name is in force. Raises Rejected for a folder that cannot be used and for
    identity models (training makes them), Conflict for a version that is there already.
    """

    registry: ModelRegistry
    imported: ImportedModelRepository

    async def __call__(self, manifest: bytes, files: Mapping[str, bytes]) -> LoadedModel:
        try:
            parsed = read(manifest.decode("utf-8"), origin="model.yaml")
            if parsed.name.startswith(IDENTITY_PREFIX):
                raise Rejected("identity models come from training; promote the run instead")
            if self.registry.find(parsed.name, parsed.version) is not None:
                raise Conflict(f"{parsed.ref} is there already; a change is a new version")
            model = await self.imported.keep(parsed, manifest, files)
        except (ManifestError, InvalidInputError, UnicodeDecodeError) as error:
            raise Rejected(f"the model folder cannot be taken in: {error}", code="bad_model") from error
        first = self.registry.find(parsed.name) is None
        self.registry.put(model, in_force=first)
        return LoadedModel(model, in_force=first)
