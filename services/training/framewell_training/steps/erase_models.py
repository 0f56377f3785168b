"""Forget whatever an erased subject left in models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell_kit.facts import Cause
from framewell_training.domain.models import Model
from framewell_training.ports import DeploymentRepository, ModelFolders, ModelRepository
from framewell_training.steps.promote_model import PromoteModel

Knows = Callable[[Model, str], Awaitable[bool]]
"""(model, id of the subject): whether the model learned from the subject."""


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

    async def of_class(self, class_id: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        """Erase the models that name a class. Return counts by kind."""
        return await self._erase(class_id, _names_class, request, cause)

    async def of_asset(self, asset_id: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        """Erase the models made from an asset. Return counts by kind."""
        return await self._erase(asset_id, self._made_from_asset, request, cause)

    async def of_holder(self, holder: str, request: ErasureRequested, cause: Cause) -> Mapping[str, int]:
        """Erase the models made from samples that a holder is paid for. Return counts by kind."""
        return await self._erase(holder, _pays_holder, request, cause)

    async def _erase(
        self, subject_id: str, knows: Knows, request: ErasureRequested, cause: Cause
    ) -> Mapping[str, int]:
        reason = f"erasure {request.erasure_id} removed it"
        concerned = [model async for model in self.models.every() if await knows(model, subject_id)]
        for model in concerned:
            await self.models.withdraw(model, reason)
        objects = 0
        for model in concerned:
            if (await self.deployments.get(model.name)).version == model.version:
                await self.promoter.step_back(model.name, reason, cause)
            made = model.completed
            objects += await self.folders.erase([made.artefact.key, made.manifest.key, made.card.key])
        return {"models": len(concerned), "model objects": objects}

    async def _made_from_asset(self, model: Model, asset_id: str) -> bool:
        return asset_id in (await self.folders.read_sources(model.completed.lineage.sources)).asset_ids


async def _names_class(model: Model, class_id: str) -> bool:
    return class_id in model.classes


async def _pays_holder(model: Model, holder: str) -> bool:
    return holder in model.holders
