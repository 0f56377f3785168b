"""Datasets and classes as people make, name and merge them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.classes import DATASET_ID, Dataset, DatasetClass
from framewell_dataset.domain.sample_facts import told
from framewell_dataset.domain.samples import DECIDED, Sample, State
from framewell_dataset.handlers.snapshot_upkeep import SnapshotUpkeep
from framewell_dataset.ports import Catalogue, SampleStore
from framewell_dataset.rules import lower_third_face
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected

RULES = (lower_third_face.NAME,)
RECIPES = ("", "identity", "classifier")


@dataclass(frozen=True, slots=True)
class ManageDatasets:
    """Makes datasets; the same one twice is one."""

    catalogue: Catalogue

    async def create(self, dataset: Dataset) -> Dataset:
        """Raises Rejected for a bad id, rule or recipe, Conflict for another dataset of that id."""
        if not DATASET_ID.fullmatch(dataset.dataset_id):
            raise Rejected(
                f"dataset id {dataset.dataset_id!r} is not lower-case letters, digits and dashes (1 to 64)"
            )
        unknown = [rule for rule in dataset.rules if rule not in RULES]
        if unknown:
            raise Rejected(f"rule {unknown[0]!r} is not known; there is {', '.join(RULES)}")
        if dataset.recipe not in RECIPES:
            raise Rejected(f"recipe {dataset.recipe!r} is not known; there is {', '.join(RECIPES[1:])}")
        if not await self.catalogue.add_dataset(dataset):
            existing = await self.catalogue.dataset(dataset.dataset_id)
            if existing is not None and existing != dataset:
                raise Conflict(f"dataset {dataset.dataset_id!r} exists with other settings")
        return dataset


@dataclass(frozen=True, slots=True)
class ManageClasses:
    """Names live here and nowhere else in the mesh."""

    catalogue: Catalogue
    samples: SampleStore
    upkeep: SnapshotUpkeep

    async def create(self, added: DatasetClass, cause: Cause) -> DatasetClass:
        if not added.name.strip():
            raise Rejected("a class needs a name")
        if await self.catalogue.dataset(added.dataset_id) is None:
            raise NotFound(f"dataset {added.dataset_id!r} does not exist")
        if not added.class_id:
            added = replace(added, class_id=derived_id(cause.id, "class", added.name))
        if not await self.catalogue.add_class(added):
            raise Conflict(f"class {added.class_id} exists already: rename it instead")
        return added

    async def rename(
        self, class_id: str, name: str, aliases: Sequence[str], external_ids: Mapping[str, str]
    ) -> DatasetClass:
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
            if await self.catalogue.change_class(before, after):
                return after

    async def merge(self, from_id: str, into_id: str, actor: Actor, cause: Cause) -> tuple[DatasetClass, int]:
        """Make two classes one; the class that stays, and how many samples moved to it."""
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
        if not await self.catalogue.change_class(stays, kept):
            raise Conflict(f"class {into_id} was changed meanwhile: look at it again")
        merged = replace(gone, merged_into=into_id, revision=gone.revision + 1)
        if not await self.catalogue.change_class(gone, merged):
            raise Conflict(f"class {from_id} was changed meanwhile: look at it again")
        moved = 0
        for sample in await self.samples.of_class(from_id):
            moved += await self._move(sample, into_id, actor, cause)
        await self.upkeep.renew(stays.dataset_id, actor, cause)
        return kept, moved

    async def _move(self, sample: Sample, into_id: str, actor: Actor, cause: Cause) -> bool:
        current: Sample | None = sample
        while current is not None and current.class_id == sample.class_id:
            after = current.changed(class_id=into_id)
            silent = current.state in DECIDED or current.state is State.WITHDRAWN
            fact = None if silent else told(after, actor)
            if await self.samples.change(current, after, fact, cause):
                return True
            current = await self.samples.get(sample.sample_id)
        return False

    async def _existing(self, class_id: str) -> DatasetClass:
        found = await self.catalogue.get_class(class_id)
        if found is None:
            raise NotFound(f"class {class_id} does not exist, or was forgotten")
        return found
