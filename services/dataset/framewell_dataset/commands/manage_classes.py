"""Classes as people make, name and merge them."""

from dataclasses import dataclass, replace

from framewell.classes.v1.classes_pb2 import ClassChange
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_dataset.domain.class_facts import (
    CLASS_CHANGE_CREATED,
    CLASS_CHANGE_MERGED,
    CLASS_CHANGE_RENAMED,
    class_fact,
)
from framewell_dataset.domain.classes import DatasetClass
from framewell_dataset.domain.sample_facts import PERSON_FORGOTTEN, change_fact
from framewell_dataset.domain.samples import DECIDED, Sample, State, Withdrawal
from framewell_dataset.ports.catalogue import ClassRepository, DatasetRepository
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.steps.forget_samples import ForgetSamples
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_kit.tombstones import class_subject
from framewell_kit.written_names import require_written

FORGOTTEN = say(
    "forgotten.name",
    "somebody who must not be learned again is known by one of these names or ids: their "
    "erasure was asked for, and no class may have it",
)


@dataclass(frozen=True, slots=True)
class ManageClasses:
    """Names live here and nowhere else in the mesh.

    Nobody who was forgotten comes back by a new class, a new name, an alias, an outside id or a merge: what
    is written is looked at again, and taken back where an erasure came in between.
    """

    datasets: DatasetRepository
    classes: ClassRepository
    samples: SampleRepository
    upkeep: SnapshotUpkeep
    forgotten: ForgottenNames
    forget: ForgetSamples
    clock: Clock

    async def create(self, added: DatasetClass, actor: Actor, cause: Cause) -> DatasetClass:
        """Return the class with its id. Raises Rejected without a name or for one with control characters,
        and (code `forgotten`) for a name or id that must not be learned again; NotFound for an unknown
        dataset, Conflict for a class that exists.
        """
        if not added.name.strip():
            raise Rejected(say("bad_name.class", "a class needs a name"))
        require_written(*added.names)
        if await self.datasets.get(added.dataset_id) is None:
            raise NotFound(
                say("dataset_unknown", "dataset {dataset_id} does not exist", dataset_id=added.dataset_id)
            )
        if not added.class_id:
            added = replace(added, class_id=derived_id(cause.id, "class", added.name))
        added = replace(added, changed_at=self.clock.now(), changed_by=actor.principal)
        await self._require_learnable(added)
        if not await self.classes.add(added, class_fact(added, CLASS_CHANGE_CREATED, actor), cause):
            raise Conflict(
                say(
                    "class_exists",
                    "class {class_id} exists already: rename it instead",
                    class_id=added.class_id,
                )
            )
        try:
            await self._require_learnable(added)
        except Rejected:
            await self.classes.forget(added.class_id, actor, cause)
            raise
        return added

    async def rename(
        self, named: DatasetClass, actor: Actor, cause: Cause, *, expected: int | None = None
    ) -> DatasetClass:
        """Return the class with its new name, aliases and outside ids. Raises Rejected without a name, and
        (code `forgotten`) for names that must not be learned again; NotFound for no such class, Conflict
        where it is not at the revision that was seen.
        """
        if not named.name.strip():
            raise Rejected(say("bad_name.class", "a class needs a name"))
        require_written(*named.names)
        while True:
            before = await self._existing(named.class_id)
            if expected is not None and expected != before.revision:
                raise Conflict(
                    say(
                        "class_changed.revision",
                        "class {class_id} is at revision {revision}, not {expected}: {changed_by} changed it "
                        "meanwhile, look at it again",
                        class_id=before.class_id,
                        revision=before.revision,
                        expected=expected,
                        changed_by=before.changed_by or "somebody",
                    )
                )
            after = before.changed(
                actor,
                self.clock.now(),
                name=named.name,
                aliases=named.aliases,
                external_ids=named.external_ids,
                past_names=self.forgotten.of_class(before),
            )
            await self._require_learnable(after)
            if await self._change(before, after, CLASS_CHANGE_RENAMED, actor, cause):
                break
        try:
            await self._require_learnable(after)
        except Rejected:
            undone = replace(before, revision=after.revision + 1)
            await self._change(after, undone, CLASS_CHANGE_RENAMED, actor, cause)
            raise
        return after

    async def merge(self, from_id: str, into_id: str, actor: Actor, cause: Cause) -> tuple[DatasetClass, int]:
        """Make two classes one; return the class that stays, and how many samples moved to it.

        The one that goes says first where it went, so an erasure of either finds both. Raises NotFound,
        Rejected for classes of two datasets and for who was forgotten, Conflict when one was changed
        meanwhile.
        """
        gone, stays = await self._existing(from_id), await self._existing(into_id)
        if gone.class_id == stays.class_id or gone.dataset_id != stays.dataset_id:
            raise Rejected(
                say(
                    "classes_apart",
                    "classes {from_id} and {into_id} are not two classes of one dataset",
                    from_id=from_id,
                    into_id=into_id,
                )
            )
        if stays.merged_into:
            raise Conflict(
                say(
                    "class_merged.other",
                    "class {class_id} was itself merged into {into_id}",
                    class_id=into_id,
                    into_id=stays.merged_into,
                )
            )
        if gone.merged_into not in {"", into_id}:
            raise Conflict(
                say(
                    "class_merged",
                    "class {class_id} was merged into {into_id}: take that back first",
                    class_id=from_id,
                    into_id=gone.merged_into,
                )
            )
        lent = gone.lent if gone.merged_into and gone.lent else stays.would_get(gone)
        merged = gone.changed(actor, self.clock.now(), merged_into=into_id, lent=lent)
        if not await self._change(gone, merged, CLASS_CHANGE_MERGED, actor, cause):
            raise Conflict(
                say(
                    "class_changed",
                    "class {class_id} was changed meanwhile: look at it again",
                    class_id=from_id,
                )
            )
        try:
            await self._require_learnable(merged, stays)
            kept = await self._with_names_of(stays, gone, actor, cause)
        except (Rejected, Conflict):
            undone = replace(gone, revision=merged.revision + 1)
            await self._change(merged, undone, CLASS_CHANGE_MERGED, actor, cause)
            raise
        moved = 0
        async for sample in self.samples.of_class(from_id):
            moved += await self._move(sample, into_id, actor, cause)
        if await self.forgotten.tombstones.find(class_subject(into_id)):
            why = Withdrawal.ERASED, PERSON_FORGOTTEN
            await self.forget(self.samples.of_class(into_id), *why, actor, cause)
        await self.upkeep.request_next(stays.dataset_id, actor, cause)
        return kept, moved

    async def _change(
        self,
        before: DatasetClass,
        after: DatasetClass,
        change: "ClassChange.ValueType",
        actor: Actor,
        cause: Cause,
    ) -> bool:
        return await self.classes.change(before, after, class_fact(after, change, actor), cause)

    async def _with_names_of(
        self, stays: DatasetClass, gone: DatasetClass, actor: Actor, cause: Cause
    ) -> DatasetClass:
        kept = stays.with_names_of(gone).changed(actor, self.clock.now())
        if not await self._change(stays, kept, CLASS_CHANGE_RENAMED, actor, cause):
            raise Conflict(
                say(
                    "class_changed",
                    "class {class_id} was changed meanwhile: look at it again",
                    class_id=stays.class_id,
                )
            )
        return kept

    async def _require_learnable(self, *classes: DatasetClass) -> None:
        """Raise Rejected where a class, or somebody of one of its names or outside ids, was forgotten."""
        for named in classes:
            if await self.forgotten.tombstones.find(class_subject(named.class_id)):
                raise Rejected(
                    say("forgotten", "class {class_id} was forgotten and stays so", class_id=named.class_id)
                )
            if await self.forgotten.holds_any(named.names, named.external_ids):
                raise Rejected(FORGOTTEN, code="forgotten")

    async def _move(self, sample: Sample, into_id: str, actor: Actor, cause: Cause) -> bool:
        current: Sample | None = sample
        while current is not None and current.class_id == sample.class_id:
            after = current.changed(class_id=into_id, moved_from=(*current.moved_from, current.class_id))
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
