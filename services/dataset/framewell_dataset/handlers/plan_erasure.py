"""erasure.requested -> erasure.planned: what it concerns, for every service to erase by."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_dataset.domain.classes import DatasetClass
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.catalogue import ClassRepository, ErasurePlan, ErasurePlanRepository
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected
from framewell_kit.tombstones import (
    Going,
    asset_subject,
    class_subject,
    holder_subject,
    name_subject,
)

MOST_IDS = 1000
"""Ids of each kind in one fact."""


@dataclass(frozen=True, slots=True)
class PlanErasure:
    """Resolve who or what is to be forgotten, once a request: a redelivery plans the same.

    Tombstones are written before anything is looked for, so that whatever is made meanwhile meets them. A
    class stands for its person: the class it was merged into, and all that were merged into that one, go too.
    Raises Rejected (code `unknown_subject`) for a subject that nobody can be asked to forget.
    """

    classes: ClassRepository
    assets: AssetRepository
    plans: ErasurePlanRepository
    forgotten: ForgottenNames

    async def __call__(self, fact: ErasureRequested, cause: Cause) -> Sequence[ErasurePlanned]:
        """Return the plan, in as many facts as it needs."""
        kind = fact.subject.WhichOneof("subject")
        if kind not in ("asset_id", "class_id", "holder") or not getattr(fact.subject, kind):
            raise Rejected(
                say(
                    "unknown_subject.erasure",
                    "erasure {erasure_id} names no asset, class or holder to be forgotten",
                    erasure_id=fact.erasure_id,
                ),
            )
        plan_id = derived_id(cause.id, fact_type(ErasurePlanned).type, cause.source)
        plan = await self.plans.get(plan_id)
        if plan is None:
            plan = await self.plans.keep(plan_id, await self._plan(fact.subject, plan_id))
        return _facts(fact, plan_id, plan)

    async def _plan(self, subject: Subject, plan_id: str) -> ErasurePlan:
        match subject.WhichOneof("subject"):
            case "class_id":
                return await self._class(subject.class_id, plan_id)
            case "asset_id":
                await self.forgotten.tombstones.put(asset_subject(subject.asset_id), Going.ERASED, plan_id)
                return ErasurePlan((), (subject.asset_id,), ())
            case _:
                return await self._holder(subject.holder, plan_id)

    async def _class(self, class_id: str, plan_id: str) -> ErasurePlan:
        put = self.forgotten.tombstones.put
        await put(class_subject(class_id), Going.ERASED, plan_id)
        seen: dict[str, DatasetClass | None] = {}
        waiting = [class_id]
        while waiting:
            each = waiting.pop()
            if each in seen:
                continue
            await put(class_subject(each), Going.ERASED, plan_id)
            named = seen[each] = await self.classes.get(each)
            waiting += [merged.class_id for merged in await self.classes.merged_into(each)]
            if named is not None and named.merged_into:
                waiting.append(named.merged_into)
        hashes = {one for named in seen.values() if named for one in self.forgotten.of_class(named)}
        for one in sorted(hashes):
            await put(name_subject(one), Going.ERASED, plan_id)
        return ErasurePlan(tuple(sorted(seen)), (), tuple(sorted(hashes)))

    async def _holder(self, holder: str, plan_id: str) -> ErasurePlan:
        put, name_hash = self.forgotten.tombstones.put, self.forgotten.hashes.of(holder)
        await put(holder_subject(name_hash), Going.ERASED, plan_id)
        asset_ids = [asset.asset_id async for asset in self.assets.of_holder(holder)]
        for asset_id in asset_ids:
            await put(asset_subject(asset_id), Going.ERASED, plan_id)
        return ErasurePlan((), tuple(asset_ids), (name_hash,))


def _facts(fact: ErasureRequested, plan_id: str, plan: ErasurePlan) -> Sequence[ErasurePlanned]:
    lists = (plan.class_ids, plan.asset_ids, plan.name_hashes)
    parts = list(zip_longest(*(_blocks(ids) for ids in lists), fillvalue=())) or [((), (), ())]
    return [
        ErasurePlanned(
            erasure_id=fact.erasure_id,
            subject=fact.subject,
            class_ids=class_ids,
            asset_ids=asset_ids,
            name_hashes=name_hashes,
            part=number,
            parts=len(parts),
            actor=fact.actor,
            plan_id=plan_id,
        )
        for number, (class_ids, asset_ids, name_hashes) in enumerate(parts, start=1)
    ]


def _blocks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
