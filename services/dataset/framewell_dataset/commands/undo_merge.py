"""A person takes the merger of two classes back: they are two people again."""

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_dataset.domain.class_facts import CLASS_CHANGE_PARTED, CLASS_CHANGE_RENAMED, class_fact
from framewell_dataset.domain.classes import DatasetClass
from framewell_dataset.domain.sample_facts import change_fact
from framewell_dataset.domain.samples import DECIDED, Sample, State
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class UndoMerge:
    """Moves back what the merger moved: samples that nobody gave another class since, names and outside ids.

    The class that had gone stands again last of all, so an erasure of either meanwhile still finds both, and
    an attempt that was cut short is made again. What was found under one of its names since the merger stays
    where it is: a person decides about that.
    """

    classes: ClassRepository
    samples: SampleRepository
    upkeep: SnapshotUpkeep
    clock: Clock

    async def __call__(
        self, class_id: str, actor: Actor, cause: Cause
    ) -> tuple[DatasetClass, DatasetClass, int]:
        """Return the class that stands again, the other one, and how many samples moved back.

        Raises NotFound for no such class, Conflict for one that stands, or while the other one is itself part
        of a third.
        """
        gone = await self._existing(class_id)
        if not gone.merged_into:
            raise Conflict(
                say("class_stands", "class {class_id} stands: it is part of no other", class_id=class_id)
            )
        stays = await self._existing(gone.merged_into)
        if stays.merged_into:
            raise Conflict(
                say(
                    "class_merged.before",
                    "class {class_id} was itself merged into {into_id}: take that back first",
                    class_id=stays.class_id,
                    into_id=stays.merged_into,
                )
            )
        moved = 0
        async for sample in self.samples.of_class(stays.class_id):
            moved += await self._move_back(sample, class_id, actor, cause)
        rest = await self._without_names_of(stays.class_id, gone, actor, cause)
        parted = gone.changed(actor, self.clock.now(), merged_into="", lent=None)
        fact = class_fact(parted, CLASS_CHANGE_PARTED, actor)
        if not await self.classes.change(gone, parted, fact, cause):
            raise Conflict(
                say(
                    "class_changed",
                    "class {class_id} was changed meanwhile: look at it again",
                    class_id=class_id,
                )
            )
        await self.upkeep.request_next(gone.dataset_id, actor, cause)
        return parted, rest, moved

    async def _without_names_of(
        self, class_id: str, gone: DatasetClass, actor: Actor, cause: Cause
    ) -> DatasetClass:
        while True:
            stays = await self._existing(class_id)
            rest = stays.without(gone).changed(actor, self.clock.now())
            if await self.classes.change(stays, rest, class_fact(rest, CLASS_CHANGE_RENAMED, actor), cause):
                return rest

    async def _move_back(self, sample: Sample, class_id: str, actor: Actor, cause: Cause) -> bool:
        current: Sample | None = sample
        while current is not None and current.moved_from[-1:] == (class_id,):
            after = current.changed(class_id=class_id, moved_from=current.moved_from[:-1])
            silent = current.state in DECIDED or current.state is State.WITHDRAWN
            fact = None if silent else change_fact(after, actor)
            if await self.samples.change(current, after, fact, cause):
                return True
            current = await self.samples.get(sample.sample_id)
        return False

    async def _existing(self, class_id: str) -> DatasetClass:
        found = await self.classes.get(class_id)
        if found is None:
            raise NotFound(
                say("class_unknown", "class {class_id} does not exist, or was forgotten", class_id=class_id)
            )
        return found
