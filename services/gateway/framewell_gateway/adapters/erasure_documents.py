"""Erasures in the document store: what was asked, what it concerns by number, who has answered. No names.

Each fact adds what it says in fields of its own, so neither the order of facts nor their repetition matters.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasurePlanned, ErasureRequested
from framewell.gateway.v1.erasures_pb2 import Erasure, ErasureAnswer, ErasureState
from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell_contracts.services import SERVICES
from framewell_contracts.subjects import subject_key
from framewell_gateway.domain.moments import timestamp
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.name_hashes import NameHashes
from framewell_kit.paging import Order, Page, PageRequest, find_page

ERASURES: Final = "erasure_requests"
NEWEST_FIRST: Final = Order("seen_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class ErasureDocuments:
    """`ErasureRepository` on the gateway's own database; a holder is known by a keyed hash of its name."""

    documents: Documents
    hashes: NameHashes

    async def prepare(self) -> None:
        """Make the index that lists are ordered by."""
        await self.documents.ensure_index(ERASURES, NEWEST_FIRST.fields)

    async def begin(self, fact: ErasureRequested, at: datetime) -> bool:
        """See ErasureRepository."""
        asked = {"requested_at": at, "actor": fact.actor.SerializeToString()}
        kept = await self._add(fact.erasure_id, fact.subject, at, {"$set": asked})
        return bool(kept["subject"] == self._hash(fact.subject))

    async def plan(self, fact: ErasurePlanned, at: datetime) -> None:
        """See ErasureRepository."""
        size = [len(fact.asset_ids), len(fact.class_ids)]
        change = {"$set": {f"parts.{fact.plan_id}/{fact.part}": size}}
        await self._add(fact.erasure_id, fact.subject, at, change)

    async def answer(self, fact: ErasureCompleted, at: datetime) -> None:
        """See ErasureRepository."""
        answer = ErasureAnswer(service=fact.service, completed_at=timestamp(at), counts=fact.counts)
        change = {"$set": {f"answers.{fact.service}": answer.SerializeToString()}}
        await self._add(fact.erasure_id, fact.subject, at, change)

    async def get(self, erasure_id: str) -> Erasure | None:
        """See ErasureRepository."""
        found = await self.documents.get(ERASURES, erasure_id)
        return None if found is None else _erasure(found)

    async def page(self, page: PageRequest) -> Page[Erasure]:
        """See ErasureRepository."""
        return (await find_page(self.documents, ERASURES, {}, page, NEWEST_FIRST)).map(_erasure)

    async def _add(self, erasure_id: str, subject: Subject, at: datetime, change: dict[str, Any]) -> Document:
        kind = (subject.WhichOneof("subject") or "").removesuffix("_id")
        new = {
            "_id": erasure_id,
            "seen_at": at,
            "kind": kind,
            "subject_id": subject.asset_id or subject.class_id,
            "subject": self._hash(subject),
            "requested_at": None,
            "actor": b"",
            "parts": {},
            "answers": {},
        }
        await self.documents.insert_once(ERASURES, new)
        expect = {"subject": new["subject"]}
        changed = await self.documents.update(ERASURES, erasure_id, change, expect=expect)
        return changed or await self.documents.get(ERASURES, erasure_id) or new

    def _hash(self, subject: Subject) -> str:
        return self.hashes.of(subject_key(subject))


def _erasure(document: Document) -> Erasure:
    sizes = list(document["parts"].values())
    answers = [ErasureAnswer.FromString(document["answers"][name]) for name in sorted(document["answers"])]
    is_open = [name for name in SERVICES if name not in document["answers"]]
    state = ErasureState.ERASURE_STATE_ERASING if sizes else ErasureState.ERASURE_STATE_REQUESTED
    found = Erasure(
        erasure_id=document["_id"],
        kind=document["kind"],
        subject_id=document["subject_id"],
        state=state if is_open else ErasureState.ERASURE_STATE_COMPLETED,
        asset_count=sum(size[0] for size in sizes),
        class_count=sum(size[1] for size in sizes),
        answers=answers,
        open=is_open,
    )
    if document["actor"]:
        found.actor.CopyFrom(Actor.FromString(document["actor"]))
    if document["requested_at"] is not None:
        found.requested_at.CopyFrom(timestamp(document["requested_at"]))
    return found
