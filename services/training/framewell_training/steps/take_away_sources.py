"""Take away what rests on classes, assets or holders that are gone: runs stop, models leave service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from framewell_kit.facts import Cause
from framewell_training.domain.runs import RunStopped
from framewell_training.ports import ModelFolders, ModelRepository, RunRepository, SourceRepository
from framewell_training.steps.promote_model import PromoteModel

GRAPHS, MANIFESTS, CARDS = "objects/application/x-onnx", "objects/application/yaml", "objects/text/markdown"
SOURCE_LISTS, CHECKPOINTS = "objects/application/protobuf", "objects/application/octet-stream"
"""Stores that the objects of a run are in, as the table of holdings names them."""


@dataclass(frozen=True, slots=True)
class TakeAwaySources:
    """Finds what rests on subjects by the index of sources alone. Repeating it finds nothing more."""

    sources: SourceRepository
    runs: RunRepository
    models: ModelRepository
    folders: ModelFolders
    promoter: PromoteModel

    async def withdraw(self, subjects: Collection[str], order: RunStopped, cause: Cause) -> list[str]:
        """Stop the runs that rest on the subjects and take their models out of service; return those runs."""
        run_ids = await self.sources.runs_of(subjects)
        for run_id in run_ids:
            await self.runs.stop(run_id, order)
        for run_id in run_ids:
            for model in await self.models.made_by(run_id):
                await self.promoter.withdraw(model, order.reason, cause)
        return run_ids

    async def erase(self, subjects: Collection[str], order: RunStopped, cause: Cause) -> Counter[str]:
        """Withdraw, and erase all that was made; return how many things went, by store.

        A centroid is a biometric template: a model cannot forget one person, so it goes whole.
        """
        counts: Counter[str] = Counter()
        for run_id in await self.withdraw(subjects, order, cause):
            counts += await self.forget(run_id)
        return counts

    async def forget(self, run_id: str) -> Counter[str]:
        """Erase what a run made or was about to make: files, checkpoints, measures and its list of sources.

        That there was a run and a model, and why it must not be used, stays.
        """
        counts: Counter[str] = Counter()
        for key in await self.runs.objects_of(run_id):
            counts[_store(key)] += await self.folders.erase([key])
        for model in await self.models.made_by(run_id):
            counts["models"] += await self.models.clear(model)
        counts["runs"] += await self.runs.clear(run_id)
        counts["sources"] += await self.sources.forget(run_id)
        return counts


def _store(key: str) -> str:
    suffixes = {".onnx": GRAPHS, ".yaml": MANIFESTS, ".md": CARDS, ".pb": SOURCE_LISTS}
    return suffixes.get(f".{key.rpartition('.')[2]}", CHECKPOINTS)
