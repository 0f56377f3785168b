"""The right to be forgotten, answered by every service: the parts of a plan in, one answer out.

    Erase("transcode", holdings, Tombstones(documents, clock), documents)

is the handler of `framewell.erasure.planned.v1`. What a service holds, and how it goes, is its table
(`framewell_kit.holdings`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from framewell.erasure.v1.erasure_pb2 import ErasedCount, ErasureCompleted, ErasurePlanned
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause, Fact
from framewell_kit.holdings import Holdings
from framewell_kit.kit_holdings import ERASURES
from framewell_kit.outcomes import Rejected
from framewell_kit.tombstones import (
    Going,
    Tombstones,
    asset_subject,
    class_subject,
    holder_subject,
    name_subject,
)

Counts: TypeAlias = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase part after part, in whatever order they come, and answer once all are done.

    Tombstones are written first, so that what comes late or again makes nothing new. What a part erased is
    kept with its first count: a redelivery after that erases again, finds what came in between, and changes
    no count. Whoever sees the plan complete answers with the same fact, under the same event id.
    Raises Rejected (code `unknown_plan`) for a plan that names no request or no parts.
    """

    service: str
    holdings: Holdings
    tombstones: Tombstones
    documents: Documents

    async def __call__(self, fact: ErasurePlanned, cause: Cause) -> Sequence[Fact]:
        """Erase what this part of the plan names; return the answer when it was the last one to be done."""
        if not fact.plan_id or not 1 <= fact.part <= fact.parts:
            raise Rejected(
                say(
                    "unknown_plan",
                    "part {part} of {parts} of erasure {erasure_id} belongs to no plan",
                    part=fact.part,
                    parts=fact.parts,
                    erasure_id=fact.erasure_id,
                ),
            )
        await bury(self.tombstones, fact)
        counts = await self.holdings.erase(fact, cause)
        done = await self._note(fact, counts)
        if len(done) < fact.parts:
            return []
        name = fact_type(ErasureCompleted).type
        return [Fact(self._answer(fact, done), id=derived_id(fact.plan_id, name, self.service))]

    async def _note(self, fact: ErasurePlanned, counts: Mapping[str, int]) -> Mapping[str, Counts]:
        """Note a part as done unless it is; return the parts that are done."""
        part = [[store, counts[store]] for store in sorted(counts)]
        name, field = fact.plan_id, f"parts.{fact.part}"
        await self.documents.insert_once(ERASURES, {"_id": name, "parts": {}})
        after = await self.documents.update(
            ERASURES, name, {"$set": {field: part}}, expect={field: {"$exists": False}}
        )
        kept = after or await self.documents.get(ERASURES, name)
        return {} if kept is None else kept["parts"]

    def _answer(self, fact: ErasurePlanned, done: Mapping[str, Counts]) -> ErasureCompleted:
        totals: dict[str, int] = {}
        for part in done.values():
            for store, count in part:
                totals[store] = totals.get(store, 0) + count
        return ErasureCompleted(
            erasure_id=fact.erasure_id,
            subject=fact.subject,
            service=self.service,
            counts=[ErasedCount(kind=store, count=totals[store]) for store in sorted(totals)],
        )


async def compact_after_erasures(documents: Documents) -> bool:
    """Have the database give back the space of what was erased since the last time; return whether it did.

    Raises Busy. A database that cannot do so is not asked again.
    """
    erased = await documents.find(ERASURES, {"compacted": {"$exists": False}})
    if not erased:
        return False
    compacted = await documents.compact()
    ids = {"_id": {"$in": [each["_id"] for each in erased]}}
    await documents.update_where(ERASURES, ids, {"$set": {"compacted": compacted}})
    return compacted


async def bury(tombstones: Tombstones, plan: ErasurePlanned) -> None:
    """Write the tombstones of everything that a part of a plan names. Raises Busy."""
    hashed = holder_subject if plan.subject.WhichOneof("subject") == "holder" else name_subject
    subjects = [
        *map(class_subject, plan.class_ids),
        *map(asset_subject, plan.asset_ids),
        *map(hashed, plan.name_hashes),
    ]
    for subject in subjects:
        await tombstones.put(subject, Going.ERASED, plan.plan_id)
