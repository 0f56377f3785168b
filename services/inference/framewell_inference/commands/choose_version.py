"""Choose which version of an imported model answers when a caller names none."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.ports.models import LoadedModel, ModelRegistry
from framewell_kit.outcomes import Conflict, NotFound
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class ChooseVersion:
    """Put a loaded version in force on this replica.

    Raises NotFound for a version that is not loaded, Conflict for identity models (promotion puts them in
    force, on every replica) and for models of an analyser (whose version is a setting).
    """

    registry: ModelRegistry

    def __call__(self, ref: ModelRef) -> LoadedModel:
        if ref.name.startswith(IDENTITY_PREFIX):
            raise Conflict(f"{ref} is an identity model: promote it in the training service instead")
        loaded = self.registry.find(ref.name, ref.version)
        if loaded is None:
            raise NotFound(f"{ref} is not loaded; ListModels says what is")
        if loaded.manifest.analyser:
            raise Conflict(
                f"{ref} serves the analyser {loaded.manifest.analyser}, whose version is a setting"
            )
        self.registry.put(loaded, in_force=True)
        return LoadedModel(loaded, in_force=True)
