"""Forget whatever an erased subject left in models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell_kit.facts import Cause
from framewell_training.domain.models import Model
from framewell_training.ports import DeploymentRepository, ModelFolders, ModelRepository
from framewell_training.steps.promote_model import PromoteModel


@dataclass(frozen=True, slots=True)
class EraseModels:
    """Delete the graph, manifest and card of every model that learned from a subject.

    A centroid is a biometric template: a model cannot forget one person, so it goes whole and leaves
    service at once; the dataset publishes a snapshot without the subject, which becomes the next model.
    Erasing twice deletes nothing more, and the counts of the second time say so.
    """

    models: ModelRepository
    deployments: DeploymentRepository
    folders: ModelFolders
    promoter: PromoteModel

    async def __call__(self, plan: ErasurePlanned, cause: Cause) -> Mapping[str, int]:
        """Erase the models that name a class of the plan or were made from an asset of it.

        Return how many things went, by store.
        """
        reason = f"erasure {plan.erasure_id} removed it"
        concerned = [model async for model in self.models.every() if await self._knows(model, plan)]
        for model in concerned:
            await self.models.withdraw(model, reason)
        objects = 0
        for model in concerned:
            if (await self.deployments.get(model.name)).version == model.version:
                await self.promoter.step_back(model.name, reason, cause)
            made = model.completed
            objects += await self.folders.erase([made.artefact.key, made.manifest.key, made.card.key])
        return {"models": len(concerned), "objects/application/x-onnx": objects}

    async def _knows(self, model: Model, plan: ErasurePlanned) -> bool:
        if not set(plan.class_ids).isdisjoint(model.classes):
            return True
        sources = await self.folders.read_sources(model.completed.lineage.sources)
        return not set(plan.asset_ids).isdisjoint(sources.asset_ids)
