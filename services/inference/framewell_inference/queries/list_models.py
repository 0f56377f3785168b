"""The models this replica has loaded, and the analysers that use them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from framewell.inference.v1.inference_service_pb2 import (
    ANALYSER_INPUT_PICTURES,
    ANALYSER_INPUT_SOUND,
    Analyser,
    AnalyserInput,
)
from framewell_contracts.sentences import say
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.messages import model_version
from framewell_inference.ports.analysers import (
    AbsentAnalyser,
    Analysers,
    PictureAnalyser,
    SoundAnalyser,
)
from framewell_inference.ports.models import (
    IdentityModelRepository,
    LoadedModel,
    ModelRegistry,
    Quarantined,
)
from framewell_kit.paging import Page, PageRequest, page_of
from framewell_models.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ListModels:
    """Return the models of this replica by name and version, those in quarantine with their reason."""

    registry: ModelRegistry
    identities: IdentityModelRepository

    async def __call__(
        self, page: PageRequest, name: str = "", *, in_force: bool | None = None
    ) -> Page[LoadedModel | Quarantined]:
        """Return one page: versions of one model where it is named, in force or not where that is asked.

        Raises Rejected for a bad page token.
        """
        identities = set(await self.identities.in_force())
        models: list[LoadedModel | Quarantined] = [
            replace(one, in_force=one.model.manifest.ref in identities)
            if one.model.manifest.name.startswith(IDENTITY_PREFIX)
            else one
            for one in self.registry.all()
        ]
        listed = {_key(one) for one in models}
        models += [one for one in self.registry.quarantined() if _key(one) not in listed]
        wanted = [one for one in models if name in {"", _key(one)[0]} and in_force in {None, _in_force(one)}]
        return page_of(sorted(wanted, key=_key), page, _key, (str, str))


def _key(one: LoadedModel | Quarantined) -> tuple[str, str]:
    if isinstance(one, Quarantined):
        return one.name, one.version
    return one.model.manifest.name, one.model.manifest.version


def _in_force(one: LoadedModel | Quarantined) -> bool:
    return isinstance(one, LoadedModel) and one.in_force


def shortcomings(registry: ModelRegistry) -> list[str]:
    """Return why models are not on the device asked for, and why others are in quarantine, as sentences."""
    reasons: dict[str, list[str]] = {}
    for one in registry.all():
        if one.model.fallback:
            reasons.setdefault(one.model.fallback, []).append(str(one.model.manifest.ref))
    elsewhere = [
        say("models_elsewhere", "{why}; so it is with {models}", why=reason, models=", ".join(refs))
        for reason, refs in reasons.items()
    ]
    broken = [
        say(
            "model_in_quarantine",
            "{model} is in quarantine: {why}",
            model=f"{one.name}@{one.version}",
            why=one.reason,
        )
        for one in registry.quarantined()
    ]
    return [*elsewhere, *broken]


@dataclass(frozen=True, slots=True)
class ListAnalysers:
    """Return all analysers by name: those that ship, and the models that are enabled anywhere.

    An optional one that is not installed has the reason.
    """

    shipped: Analysers
    registry: ModelRegistry

    def __call__(self) -> list[Analyser]:
        pictures = [_analyser(one, ANALYSER_INPUT_PICTURES) for one in self.shipped.pictures]
        sounds = [_analyser(one, ANALYSER_INPUT_SOUND) for one in self.shipped.sounds]
        absent = [_absent(one) for one in self.shipped.absent]
        enabled = [_declared(one.model.manifest) for one in self.registry.all() if one.enabled]
        return sorted([*pictures, *sounds, *absent, *enabled], key=lambda analyser: analyser.name)


def _absent(one: AbsentAnalyser) -> Analyser:
    return Analyser(
        name=one.name,
        models=[model_version(ref) for ref in one.models],
        input=ANALYSER_INPUT_SOUND if one.listens else ANALYSER_INPUT_PICTURES,
        description=one.description,
        not_installed=one.reason,
    )


def _declared(manifest: Manifest) -> Analyser:
    return Analyser(
        name=manifest.analyser_name,
        models=[model_version(manifest.ref)],
        input=ANALYSER_INPUT_SOUND if manifest.listens else ANALYSER_INPUT_PICTURES,
        description=manifest.intended_use,
    )


def _analyser(one: PictureAnalyser | SoundAnalyser, takes: AnalyserInput.ValueType) -> Analyser:
    return Analyser(
        name=one.name,
        models=[model_version(ref) for ref in one.models],
        input=takes,
        description=one.description,
    )
