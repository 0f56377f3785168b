"""Which declared models look at an asset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from framewell.media.v1.media_pb2 import Work
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

    def for_work(self, work: Work) -> EnabledFor:
        """Return the versions in force of what is enabled for the asset's programme, by name."""
        models: list[Model] = []
        describers: list[Describer] = []
        left_out: list[tuple[ModelRef, str]] = []
        kept_here = stays_on_site(work)
        for one in self.registry.all():
            manifest = one.model.manifest
            if not looks_at(one.enabled, work):
                continue
            if manifest.remote and kept_here:
                left_out.append((manifest.ref, _stays(manifest.ref)))
            elif manifest.task == "caption":
                describers.append(cast(Describer, one.model))
            else:
                models.append(one.model)
        return EnabledFor(models, describers, left_out)


def _stays(ref: ModelRef) -> str:
    return f"{ref} runs elsewhere, and this asset stays on site (label {ON_SITE} of its request)"
