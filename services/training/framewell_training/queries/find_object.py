"""The files of a model, found by its name and version, while the model may be used."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell_contracts.sentences import say
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.readable_objects import ReadableObject
from framewell_training.ports import ModelRepository
from framewell_training.steps.ask_permission import AskPermission, NotAllowed


@dataclass(frozen=True, slots=True)
class FindModelFile:
    """Finds graph, manifest and card of a model that may be used."""

    models: ModelRepository
    ask: AskPermission

    async def __call__(self, owner_id: str, key: str, /) -> ReadableObject:
        """See FindReadable. Giving it out is recorded, with the snapshot that the model was trained on."""
        name, _, version = owner_id.rpartition("@")
        model = await self.models.get(name, version)
        if model is None or model.draft:
            raise NotFound(say("model_unknown.file", "there is no model {model}", model=owner_id))
        try:
            await self.ask.for_model(model)
        except NotAllowed as refusal:
            raise Gone(refusal.reason) from refusal
        made = model.completed
        found = next((ref for ref in (made.artefact, made.manifest, made.card) if ref.key == key), None)
        if found is None:
            raise NotFound(
                say("object_unknown.model", "model {model} has no file {key}", model=owner_id, key=key)
            )
        return ReadableObject(found, PURPOSE_OWN_TRAINING, model.snapshot_id)
