"""The models of the service: list them, take new ones in, choose the version in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell.inference.v1.inference_service_pb2 import Analyser
from framewell.inference.v1.inference_service_pb2 import Model as ModelMessage
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.tensors import InvalidInputError
from framewell_inference.handlers.follow_models import IDENTITY
from framewell_inference.ports import (
    IdentityCatalogue,
    ImportedModels,
    Model,
    ModelShelf,
    PictureAnalyser,
    RelabelJobs,
    SoundAnalyser,
)
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_models.manifest import ManifestError, ModelRef, read


@dataclass(frozen=True, slots=True)
class ManageModels:
    """Shipped and imported models stand on this replica's shelf; identity models in the catalogue."""

    shelf: ModelShelf
    imported: ImportedModels
    identities: IdentityCatalogue
    jobs: RelabelJobs
    pictures: Sequence[PictureAnalyser]
    sounds: Sequence[SoundAnalyser]

    async def models(self) -> list[ModelMessage]:
        in_force = set(await self.identities.in_force())
        return [
            describe(model, in_force=model.manifest.ref in in_force if _is_identity(model) else chosen)
            for model, chosen in self.shelf.all()
        ]

    def analysers(self) -> list[Analyser]:
        looking = [_analyser(one.name, one.models, "pictures") for one in self.pictures]
        listening = [_analyser(one.name, one.models, "sound") for one in self.sounds]
        return sorted([*looking, *listening], key=lambda analyser: analyser.name)

    async def take_in(self, manifest: bytes, files: Mapping[str, bytes]) -> ModelMessage:
        """Import a model folder: served by name at once, on this replica and after every restart."""
        try:
            parsed = read(manifest.decode("utf-8"), origin="model.yaml")
            if parsed.name.startswith(IDENTITY):
                raise Rejected("identity models come from training; promote the run instead")
            if self.shelf.find(parsed.name, parsed.version) is not None:
                raise Conflict(f"{parsed.ref} is there already; a change is a new version")
            model = await self.imported.keep(parsed, manifest, files)
        except (ManifestError, InvalidInputError, UnicodeDecodeError) as error:
            raise Rejected(f"the model folder cannot be taken in: {error}", code="bad_model") from error
        first = self.shelf.find(parsed.name) is None
        self.shelf.put(model, in_force=first)
        return describe(model, in_force=first)

    async def choose(self, ref: ModelRef, cause: Cause) -> ModelMessage:
        """Put a version in force. An identity model is switched to once everything is re-labelled."""
        if ref.name.startswith(IDENTITY):
            revision = await self.identities.choose(ref)
            model = await self.identities.load(ref)
            await self.jobs.put(ref, revision, cause)
            found = self.shelf.find(model.ref.name, model.ref.version)
            assert found is not None
            return describe(found, in_force=False)
        loaded = self.shelf.find(ref.name, ref.version)
        if loaded is None:
            raise NotFound(f"{ref} is not loaded; ListModels says what is")
        if loaded.manifest.analyser:
            raise Conflict(
                f"{ref} serves the analyser {loaded.manifest.analyser}, whose version is a setting"
            )
        self.shelf.put(loaded, in_force=True)
        return describe(loaded, in_force=True)


def describe(model: Model, *, in_force: bool) -> ModelMessage:
    manifest = model.manifest
    source = f"package:{manifest.packages[0]}" if manifest.packages else f"run:{manifest.parent or ''}"
    return ModelMessage(
        model=model_version(manifest.ref),
        analyser=manifest.analyser,
        code_licence=manifest.licence.code,
        weights_licence=manifest.licence.weights,
        source=source,
        sha256=manifest.graph.sha256,
        in_force=in_force,
        provider=model.provider,
        intended_use=manifest.intended_use,
    )


def _is_identity(model: Model) -> bool:
    return model.manifest.name.startswith(IDENTITY)


_DESCRIPTIONS: Mapping[str, str] = {
    "faces": "Faces with landmarks, quality, an embedding each, and tracks inside a shot.",
    "text": "Captions that stand on screen: what they say, where, and which line belongs to which.",
    "labels": "What a picture shows, in 1000 words, and features for finding similar pictures.",
    "safety": "How safe a picture is to show.",
    "speech": "Where somebody speaks.",
}


def _analyser(name: str, models: Sequence[ModelRef], looks_at: str) -> Analyser:
    return Analyser(
        name=name,
        models=[model_version(ref) for ref in models],
        input=looks_at,
        description=_DESCRIPTIONS.get(name, ""),
    )
