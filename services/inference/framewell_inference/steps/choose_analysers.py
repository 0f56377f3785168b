"""Which analysers look at an asset: those that ship, and the declared models that are enabled for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Generic, TypeVar

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.sentences import say
from framewell_inference.analysers.declared.analyser import DeclaredAnalyser, looks
from framewell_inference.analysers.declared.caption import CaptionAnalyser
from framewell_inference.analysers.declared.sound import DeclaredSound
from framewell_inference.analysers.faces.analyser import FaceAnalyser
from framewell_inference.domain.campaigns import AnalysedAsset, Target, look_name
from framewell_inference.domain.messages import model_version
from framewell_inference.ports.analysers import Analysers, PictureAnalyser, SoundAnalyser
from framewell_inference.ports.registrations import EnabledFor, EnabledModels
from framewell_inference.steps.bounded_looks import CHUNK_SECONDS, BoundedPictures, LooksUnderWay
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_kit.outcome_messages import failed, reason_of
from framewell_kit.outcomes import NotFound
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
class ChosenAgain:
    """What looks and listens again, and why what was asked for may not."""

    pictures: Sequence[PictureAnalyser]
    sounds: Sequence[SoundAnalyser]
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ChooseAnalysers:
    """`shipped` look at everything; a declared model at what it is enabled for. Each is metered alike."""

    shipped: Analysers
    enabled: EnabledModels
    spaces: FaceSpaces
    metered_pictures: Callable[[PictureAnalyser], PictureAnalyser]
    metered_sounds: Callable[[SoundAnalyser], SoundAnalyser]
    faces: FaceAnalyser | None = None
    """The analyser of faces among the shipped ones."""
    chunk_seconds: float = CHUNK_SECONDS
    """What a declared model may take for the pictures of one chunk."""
    looks: LooksUnderWay = field(default_factory=LooksUnderWay)

    def pictures(self, work: Work) -> Chosen[PictureAnalyser]:
        """Return the analysers that look at an asset's pictures. A model of sounds is told of there, too."""
        enabled = self.enabled.for_work(work)
        return Chosen(
            [*self.shipped.pictures, *self._pictures(enabled, self.enabled.is_wanted)], _left_out(enabled)
        )

    def declared(self, name: str) -> PictureAnalyser | None:
        """Return what looks at pictures by the declared model in force of this name, None for none."""
        for model in self.enabled.in_force():
            if model.manifest.analyser_name == name and looks(model.manifest):
                return self.metered_pictures(DeclaredAnalyser.over(model))
        return None

    def faces_in(self, ref: ModelRef) -> PictureAnalyser | None:
        """Return what describes faces by one embedding alone, None where it cannot be run here."""
        embeddings = self.spaces.alone(ref)
        if self.faces is None or not embeddings:
            return None
        return self.metered_pictures(replace(self.faces, embeddings=lambda: embeddings))

    def sounds(self, work: Work) -> Chosen[SoundAnalyser]:
        """Return the analysers that listen to an asset's sound."""
        return Chosen([*self.shipped.sounds, *self._sounds(self.enabled.for_work(work))], [])

    def again(self, target: Target, work: Work, skipped: Collection[str] = ()) -> ChosenAgain:
        """Return what a campaign shows an asset to; `skipped` are analysers that were skipped there."""
        if target.model is not None:
            if (faces := self.faces_in(target.model)) is not None:
                return ChosenAgain([faces], [])
            named = self.enabled.named(target.model, work)
            looking, listening = self._pictures(named, self.enabled.is_here), self._sounds(named)
            reasons = [reason for _, reason in named.left_out]
            if not (looking or listening or reasons):
                reasons = [_gone(target)]
            return ChosenAgain(looking, listening, reasons)
        names = set(skipped) if target.skipped else {target.analyser}
        pictures, sounds = self.pictures(work), self.sounds(work)
        return ChosenAgain(
            [one for one in pictures.analysers if one.name in names],
            [one for one in sounds.analysers if one.name in names],
            [reason_of(one.outcome.failed) for one in pictures.left_out if one.analyser in names],
        )

    def left(self, target: Target, asset: AnalysedAsset) -> ChosenAgain:
        """Return what of that has not looked at all of an asset, as far as is known without its labels."""
        work = Work(asset_id=asset.asset_id, series=asset.series, channel=asset.channel)
        chosen = self.again(target, work, asset.skipped)
        return ChosenAgain(
            [one for one in chosen.pictures if look_name(one.name, one.models[0]) not in asset.looked],
            [one for one in chosen.sounds if look_name(one.name, one.models[0]) not in asset.looked],
            chosen.reasons,
        )

    def settled(self, target: Target) -> Target:
        """Return the target with the model's version that is meant.

        A declared analyser is its model. Raises NotFound for what looks at nothing here.
        """
        if target.skipped:
            return target
        name = target.analyser or (target.model.name if target.model else "")
        if target.model is None and name in self._shipped_names:
            return target
        found = self.enabled.version_of(name, target.model.version if target.model else "")
        if found is not None:
            return Target(model=found)
        if target.model is not None:
            asked = str(target.model).rstrip("@")
            shipped: list[PictureAnalyser | SoundAnalyser] = [*self.shipped.pictures, *self.shipped.sounds]
            for one in shipped:
                if target.model.name in {ref.name for ref in one.models}:
                    raise NotFound(
                        say(
                            "model_of_analyser",
                            "{model} is a model of the analyser {analyser}: name the analyser instead",
                            model=asked,
                            analyser=one.name,
                        )
                    )
            raise NotFound(
                say(
                    "model_unknown.imported",
                    "no model {model} was imported: 'framewell models list' lists them",
                    model=asked,
                )
            )
        for absent in self.shipped.absent:
            if absent.name == name:
                raise NotFound(absent.reason)
        known = ", ".join(sorted(self._shipped_names))
        raise NotFound(
            say(
                "analyser_unknown.here",
                "no analyser {analyser} is here: there are {known}, and declared models by their names",
                analyser=name,
                known=known,
            )
        )

    def notes(self, target: Target) -> list[str]:
        """Return what a person should know who has a target look at the archive."""
        if target.model is None or self.enabled.is_enabled(target.model):
            return []
        said = say(
            "reanalysis.not_enabled",
            "{model} is not enabled, so it looks at nothing that arrives: framewell models enable {name}",
            model=target.model,
            name=target.model.name,
        )
        return [said]

    @property
    def _shipped_names(self) -> set[str]:
        return {one.name for one in self.shipped.pictures} | {one.name for one in self.shipped.sounds}

    def _pictures(self, enabled: EnabledFor, wanted: Callable[[ModelRef], bool]) -> list[PictureAnalyser]:
        """Return their analysers, each bounded, and ended once it is not `wanted`."""
        declared: list[PictureAnalyser] = [
            DeclaredAnalyser.over(model) for model in enabled.models if looks(model.manifest)
        ]
        declared += [CaptionAnalyser.over(describer) for describer in enabled.describers]
        return [
            BoundedPictures(
                self.metered_pictures(one), partial(wanted, one.models[0]), self.chunk_seconds, self.looks
            )
            for one in declared
        ]

    def _sounds(self, enabled: EnabledFor) -> list[SoundAnalyser]:
        models = [model for model in enabled.models if model.manifest.listens]
        return [self.metered_sounds(DeclaredSound.over(model)) for model in models]


def _gone(target: Target) -> str:
    return say("reanalysis.gone", "{target} is not here: it was removed, or cannot be loaded", target=target)


def _left_out(enabled: EnabledFor) -> list[AnalyserResult]:
    return [_result(ref, reason) for ref, reason in enabled.left_out]


def _result(ref: ModelRef, reason: str) -> AnalyserResult:
    return AnalyserResult(
        analyser=ref.name.replace("/", "."), model=model_version(ref), outcome=failed(STAYS_ON_SITE, reason)
    )
