"""erasure.requested: somebody is to be forgotten, also by the models that know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasureRequested
from framewell_kit.facts import Cause, Outgoing
from framewell_training.domain.models import Model
from framewell_training.handlers.promote_model import PromoteModel
from framewell_training.ports import ModelFolders, Models, ServiceRegister

SERVICE = "training"


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete the graph, manifest and card of every model that learned from the subject.

    A centroid is a biometric template: a model cannot forget one person, so it goes whole and leaves
    service at once; the dataset publishes a snapshot without them, which becomes the next model. Deleting
    twice deletes nothing more, and the count then says so.
    """

    models: Models
    register: ServiceRegister
    folders: ModelFolders
    promoter: PromoteModel

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[Outgoing]:
        concerned = [model for model in await self.models.versions() if _knows(model, fact.subject)]
        for model in concerned:
            await self.models.withdraw(model, f"erasure {fact.erasure_id} removed it")
        erased = 0
        for model in concerned:
            if (await self.register.get(model.name)).version == model.version:
                await self.promoter.step_back(model.name, f"erasure {fact.erasure_id} removed it", cause)
            made = model.completed
            erased += await self.folders.erase([made.artefact.key, made.manifest.key, made.card.key])
        counts = [
            ErasedCount(kind="models", count=len(concerned)),
            ErasedCount(kind="model objects", count=erased),
        ]
        completed = ErasureCompleted(
            erasure_id=fact.erasure_id, subject=fact.subject, service=SERVICE, counts=counts
        )
        return [completed]


def _knows(model: Model, subject: str) -> bool:
    kind, _, value = subject.partition(":")
    if kind == "class":
        return value in model.classes
    if kind == "asset":
        return value in model.completed.lineage.asset_ids
    return kind == "holder" and value in model.holders
