"""The models this replica has loaded, and the analysers that use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import (
    ANALYSER_INPUT_PICTURES,
    ANALYSER_INPUT_SOUND,
    Analyser,
    AnalyserInput,
)
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.messages import model_version
from framewell_inference.ports.analysers import PictureAnalyser, SoundAnalyser
from framewell_inference.ports.models import IdentityModelRepository, LoadedModel, ModelRegistry
from framewell_kit.paging import Page, PageRequest, page_of


@dataclass(frozen=True, slots=True)
class ListModels:
    """Return the loaded models, by name and version.

    Which identity model is in force is the same on every replica; of other models it is this replica's.
    """

    registry: ModelRegistry
    identities: IdentityModelRepository

    async def __call__(
        self, page: PageRequest, name: str = "", *, in_force: bool | None = None
    ) -> Page[LoadedModel]:
        """Return one page: versions of one model where it is named, in force or not where that is asked.

        Raises Rejected for a bad page token.
        """
        identities = set(await self.identities.in_force())
        models = [
            LoadedModel(one.model, in_force=one.model.manifest.ref in identities)
            if one.model.manifest.name.startswith(IDENTITY_PREFIX)
            else one
            for one in self.registry.all()
        ]
        wanted = [
            one
            for one in models
            if name in {"", one.model.manifest.name} and in_force in {None, one.in_force}
        ]
        return page_of(
            wanted, page, lambda one: (one.model.manifest.name, one.model.manifest.version), (str, str)
        )


@dataclass(frozen=True, slots=True)
class ListAnalysers:
    """Return the analysers at work, by name."""

    pictures: Sequence[PictureAnalyser]
    sounds: Sequence[SoundAnalyser]

    def __call__(self) -> list[Analyser]:
        pictures = [_analyser(one, ANALYSER_INPUT_PICTURES) for one in self.pictures]
        sounds = [_analyser(one, ANALYSER_INPUT_SOUND) for one in self.sounds]
        return sorted([*pictures, *sounds], key=lambda analyser: analyser.name)


def _analyser(one: PictureAnalyser | SoundAnalyser, takes: AnalyserInput.ValueType) -> Analyser:
    return Analyser(
        name=one.name,
        models=[model_version(ref) for ref in one.models],
        input=takes,
        description=one.description,
    )
