"""The log of decisions as documents: an entry's place in its chain is its id."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, dataclass, fields

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell_contracts.audit.entries import AuditEntry
from framewell_dataset.ports.audit import Held
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page, scan

AUDIT = "audit"
SEALS = "audit_seals"
BY_PLACE = Order("place", int)
NEWEST_FIRST = Order("time", str, descending=True)
NAMES = [one.name for one in fields(AuditEntry)]


@dataclass(frozen=True, slots=True)
class AuditDocuments:
    """Collection `audit`, which is only ever inserted into."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(AUDIT, ["identity"], unique=True)
        await self.documents.ensure_index(AUDIT, ["chain", *BY_PLACE.fields])
        await self.documents.ensure_index(AUDIT, ["event_id"])
        for named in ([], ["principal"], ["subject"]):
            await self.documents.ensure_index(AUDIT, [*named, *NEWEST_FIRST.fields])

    async def has(self, fact: str) -> bool:
        return bool(await self.documents.count(AUDIT, {"identity": fact}))

    async def last(self, chain: str) -> tuple[AuditEntry, str] | None:
        found = await self.documents.find(AUDIT, {"chain": chain}, sort=[("place", -1)], limit=1)
        return _entry(found[0]) if found else None

    async def append(self, entry: AuditEntry) -> bool:
        name = f"{entry.chain}/{entry.place}"
        document = {"_id": name, **asdict(entry), "hash": entry.hash, "identity": entry.identity}
        return await self.documents.insert_once(AUDIT, document)

    async def chains(self) -> Sequence[str]:
        found: list[str] = []
        while True:
            behind = {"chain": {"$gt": found[-1]}} if found else {}
            first = await self.documents.find(AUDIT, behind, sort=[("chain", 1)], limit=1)
            if not first:
                return found
            found.append(first[0]["chain"])

    async def entries(self, chain: str) -> AsyncIterator[tuple[AuditEntry, str]]:
        async for document in scan(self.documents, AUDIT, {"chain": chain}, BY_PLACE):
            yield _entry(document)

    async def held(self, facts: Collection[str]) -> Sequence[Held]:
        found = await self.documents.find(AUDIT, {"identity": {"$in": list(facts)}})
        # By what the entry says, not by what stands beside it: that is in no hash.
        entries = [_entry(document)[0] for document in found]
        return [Held(one.chain, one.place, one.identity) for one in entries]

    async def of_event(self, source: str, event_id: str) -> Sequence[AuditEntry]:
        found = await self.documents.find(AUDIT, {"event_id": event_id, "source": source})
        return [_entry(document)[0] for document in found]

    async def page(self, page: PageRequest, *, principal: str, subject: str) -> Page[tuple[AuditEntry, str]]:
        named = {"principal": principal, "subject": subject}
        query = {name: value for name, value in named.items() if value}
        return (await find_page(self.documents, AUDIT, query, page, NEWEST_FIRST)).map(_entry)


@dataclass(frozen=True, slots=True)
class SealDocuments:
    """Collection `audit_seals`: each seal with the fact that publishes it."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        self.outbox.register(SEALS)
        await self.documents.ensure_index(SEALS, ["chain", "number"])

    async def last(self, chain: str) -> AuditSealed | None:
        found = await self.documents.find(SEALS, {"chain": chain}, sort=[("number", -1)], limit=1)
        return AuditSealed.FromString(found[0]["sealed"]) if found else None

    async def add(self, sealed: AuditSealed, cause: Cause) -> bool:
        number = await self.documents.count(SEALS, {"chain": sealed.chain_id})
        name = f"{sealed.chain_id}/{sealed.entry_count}/{sealed.head}/{sealed.key_id}"
        kept = {"_id": name, "chain": sealed.chain_id, "number": number, "sealed": sealed.SerializeToString()}
        return await self.outbox.insert(SEALS, kept, [sealed], cause)


def _entry(document: Document) -> tuple[AuditEntry, str]:
    return AuditEntry(**{name: document[name] for name in NAMES}), document["hash"]
