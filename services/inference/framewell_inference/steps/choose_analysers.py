"""Which analysers look at an asset: those that ship, and the declared models that are enabled for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.media.v1.media_pb2 import Work
from framewell_inference.analysers.declared.analyser import DeclaredAnalyser
from framewell_inference.analysers.declared.caption import CaptionAnalyser
from framewell_inference.analysers.declared.readings import READINGS
from framewell_inference.analysers.declared.sound import TASK as LISTENING
from framewell_inference.analysers.declared.sound import DeclaredSound
from framewell_inference.domain.messages import model_version
from framewell_inference.ports.analysers import Analysers, PictureAnalyser, SoundAnalyser
from framewell_inference.ports.registrations import EnabledFor, EnabledModels
from framewell_kit.outcome_messages import failed
from framewell_models.manifest import ModelRef

STAYS_ON_SITE: Final = "stays_on_site"
"""Code of the outcome of a model that runs elsewhere, for an asset that must not leave the site."""

A = TypeVar("A", PictureAnalyser, SoundAnalyser)


@dataclass(frozen=True, slots=True)
class Chosen(Generic[A]):
    """Analysers of an asset, and a result for each model that would look and may not."""

    analysers: Sequence[A]
    left_out: Sequence[AnalyserResult]


@dataclass(frozen=True, slots=True)
class ChooseAnalysers:
    """`shipped` look at everything; a declared model at what it is enabled for. Each is metered alike."""

    shipped: Analysers
    enabled: EnabledModels
    metered_pictures: Callable[[PictureAnalyser], PictureAnalyser]
    metered_sounds: Callable[[SoundAnalyser], SoundAnalyser]

    def pictures(self, work: Work) -> Chosen[PictureAnalyser]:
        """Return the analysers that look at an asset's pictures. A model of sounds is told of there, too."""
        enabled = self.enabled.for_work(work)
        declared: list[PictureAnalyser] = [
            DeclaredAnalyser.over(model) for model in enabled.models if model.manifest.task in READINGS
        ]
        declared += [CaptionAnalyser.over(describer) for describer in enabled.describers]
        return Chosen(
            [*self.shipped.pictures, *(self.metered_pictures(one) for one in declared)], _left_out(enabled)
        )

    def sounds(self, work: Work) -> Chosen[SoundAnalyser]:
        """Return the analysers that listen to an asset's sound."""
        models = [model for model in self.enabled.for_work(work).models if model.manifest.task == LISTENING]
        declared = [self.metered_sounds(DeclaredSound.over(model)) for model in models]
        return Chosen([*self.shipped.sounds, *declared], [])


def _left_out(enabled: EnabledFor) -> list[AnalyserResult]:
    return [_result(ref, reason) for ref, reason in enabled.left_out]


def _result(ref: ModelRef, reason: str) -> AnalyserResult:
    return AnalyserResult(
        analyser=ref.name.replace("/", "."), model=model_version(ref), outcome=failed(STAYS_ON_SITE, reason)
    )
