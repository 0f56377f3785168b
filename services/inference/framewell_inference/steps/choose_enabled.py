"""Which declared models look at an asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from framewell.media.v1.media_pb2 import Work
from framewell_contracts.sentences import say
from framewell_inference.domain.face_spaces import describes_faces
from framewell_inference.domain.registrations import ON_SITE, looks_at, stays_on_site
from framewell_inference.ports.models import Model, ModelRegistry
from framewell_inference.ports.registrations import Describer, EnabledFor
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class ChooseEnabled:
    """EnabledModels over the registry of this replica.

    An asset whose request is labelled `on-site` is seen by no model that runs elsewhere.
    """

    registry: ModelRegistry

    def in_force(self) -> Sequence[Model]:
        """Return the declared models in force that this replica can run, enabled or not, by name."""
        return [one.model for one in self.registry.all() if one.in_force and one.model.manifest.declared]

    def for_work(self, work: Work) -> EnabledFor:
        """Return the versions in force of what is enabled for the asset's programme, by name."""
        return _shown([one.model for one in self.registry.all() if looks_at(one.enabled, work)], work)

    def named(self, ref: ModelRef, work: Work) -> EnabledFor:
        """Return a declared model of that version, whatever it is enabled for; nothing when it is gone."""
        model = self.registry.find(ref.name, ref.version)
        return _shown([model] if model is not None and model.manifest.declared else [], work)

    def is_here(self, ref: ModelRef) -> bool:
        """Return whether a version can be run in this process."""
        return self.registry.find(ref.name, ref.version) is not None

    def is_wanted(self, ref: ModelRef) -> bool:
        """Return whether a version that looks may finish: it is here, and its name is enabled at all."""
        of_name = (one for one in self.registry.all() if one.model.manifest.ref.name == ref.name)
        return self.is_here(ref) and any(one.enabled for one in of_name)

    def is_enabled(self, ref: ModelRef) -> bool:
        """Return whether a version is in force and enabled for any programme."""
        return any(one.enabled and one.model.manifest.ref == ref for one in self.registry.all())

    def version_of(self, name: str, version: str = "") -> ModelRef | None:
        """Return the model of others that a name means, in force where no version is named; None for no such.

        A name may be spelt as observations name it, with dots for slashes.
        """
        for one in self.registry.all():
            manifest, ref = one.model.manifest, one.model.manifest.ref
            if not (manifest.declared or describes_faces(manifest)):
                continue
            named = name in (ref.name, ref.name.replace("/", "."))
            if named and (ref.version == version if version else one.in_force):
                return ref
        return None


def _shown(chosen: Sequence[Model], work: Work) -> EnabledFor:
    """Return the models that may see an asset, and those that may not."""
    models: list[Model] = []
    describers: list[Describer] = []
    left_out: list[tuple[ModelRef, str]] = []
    for model in chosen:
        manifest = model.manifest
        if manifest.remote and stays_on_site(work):
            left_out.append((manifest.ref, _stays(manifest.ref)))
        elif manifest.task == "caption":
            describers.append(cast(Describer, model))
        else:
            models.append(model)
    return EnabledFor(models, describers, left_out)


def _stays(ref: ModelRef) -> str:
    return say(
        "look.elsewhere",
        "{model} runs elsewhere, and this asset stays on site (label {label} of its request)",
        model=ref,
        label=ON_SITE,
    )
