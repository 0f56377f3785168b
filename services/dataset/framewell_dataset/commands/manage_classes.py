"""Classes as people make, name and merge them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.classes import DatasetClass
from framewell_dataset.domain.sample_facts import change_fact
from framewell_dataset.domain.samples import DECIDED, Sample, State
from framewell_dataset.ports.catalogue import ClassRepository, DatasetRepository
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected


@dataclass(frozen=True, slots=True)
class ManageClasses:
    """Names live here and nowhere else in the mesh."""

    datasets: DatasetRepository
    classes: ClassRepository
    samples: SampleRepository
    upkeep: SnapshotUpkeep

    async def create(self, added: DatasetClass, cause: Cause) -> DatasetClass:
        """Return the class with its id. Raises Rejected without a name, NotFound for an unknown dataset,
        Conflict for a class that exists.
        """
        if not added.name.strip():
            raise Rejected("a class needs a name")
        if await self.datasets.get(added.dataset_id) is None:
            raise NotFound(f"dataset {added.dataset_id!r} does not exist")
        if not added.class_id:
            added = replace(added, class_id=derived_id(cause.id, "class", added.name))
        if not await self.classes.add(added):
            raise Conflict(f"class {added.class_id} exists already: rename it instead")
        return added

    async def rename(
        self, class_id: str, name: str, aliases: Sequence[str], external_ids: Mapping[str, str]
    ) -> DatasetClass:
        """Return the class with its new names. Raises Rejected without a name, NotFound for no such class."""
        if not name.strip():
            raise Rejected("a class needs a name")
        while True:
            before = await self._existing(class_id)
            after = replace(
                before,
                name=name,
                aliases=tuple(aliases),
                external_ids=dict(external_ids),
                revision=before.revision + 1,
            )
            if await self.classes.change(before, after):
                return after

    async def merge(self, from_id: str, into_id: str, actor: Actor, cause: Cause) -> tuple[DatasetClass, int]:
        """Make two classes one; return the class that stays, and how many samples moved to it.

        Raises NotFound, Rejected for classes of two datasets, Conflict when one was changed meanwhile.
        """
        gone, stays = await self._existing(from_id), await self._existing(into_id)
        if gone.class_id == stays.class_id or gone.dataset_id != stays.dataset_id:
            raise Rejected(f"classes {from_id} and {into_id} are not two classes of one dataset")
        if stays.merged_into:
            raise Conflict(f"class {into_id} was itself merged into {stays.merged_into}")
        names = tuple(dict.fromkeys((*stays.aliases, gone.name, *gone.aliases)))
        kept = replace(
            stays,
            aliases=tuple(name for name in names if name != stays.name),
            external_ids={**gone.external_ids, **stays.external_ids},
            revision=stays.revision + 1,
        )
        if not await self.classes.change(stays, kept):
            raise Conflict(f"class {into_id} was changed meanwhile: look at it again")
        merged = replace(gone, merged_into=into_id, revision=gone.revision + 1)
        if not await self.classes.change(gone, merged):
            raise Conflict(f"class {from_id} was changed meanwhile: look at it again")
        moved = 0
        async for sample in self.samples.of_class(from_id):
            moved += await self._move(sample, into_id, actor, cause)
        await self.upkeep.request_next(stays.dataset_id, actor, cause)
        return kept, moved

    async def _move(self, sample: Sample, into_id: str, actor: Actor, cause: Cause) -> bool:
        current: Sample | None = sample
        while current is not None and current.class_id == sample.class_id:
            after = current.changed(class_id=into_id)
            silent = current.state in DECIDED or current.state is State.WITHDRAWN
            fact = None if silent else change_fact(after, actor)
            if await self.samples.change(current, after, fact, cause):
                return True
            current = await self.samples.get(sample.sample_id)
        return False

    async def _existing(self, class_id: str) -> DatasetClass:
        found = await self.classes.get(class_id)
        if found is None:
            raise NotFound(f"class {class_id} does not exist, or was forgotten")
        return found
