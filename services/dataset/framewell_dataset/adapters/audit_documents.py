"""The chains of decisions as documents: an entry's place in its chain is its id."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from framewell_dataset.domain.audit import AuditEntry, Head
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, scan

AUDIT = "audit"
HEADS = "audit_heads"
BY_PLACE = Order("place", int)


@dataclass(frozen=True, slots=True)
class AuditDocuments:
    """Collections `audit` (only ever inserted into) and `audit_heads`."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(AUDIT, ["event_id"], unique=True)
        await self.documents.ensure_index(AUDIT, ["chain", *BY_PLACE.fields])

    async def has(self, event_id: str) -> bool:
        return bool(await self.documents.count(AUDIT, {"event_id": event_id}))

    async def last(self, chain: int) -> tuple[AuditEntry, str] | None:
        found = await self.documents.find(AUDIT, {"chain": chain}, sort=[("place", -1)], limit=1)
        return _entry(found[0]) if found else None

    async def append(self, entry: AuditEntry) -> bool:
        document = {"_id": f"{entry.chain}/{entry.place}", **asdict(entry), "hash": entry.hash}
        if not await self.documents.insert_once(AUDIT, document):
            return False
        head = {"place": entry.place, "hash": entry.hash}
        await self.documents.update(HEADS, str(entry.chain), {"$set": head}, upsert=True)
        return True

    async def head(self, chain: int) -> Head | None:
        found = await self.documents.get(HEADS, str(chain))
        return None if found is None else Head(chain, found["place"], found["hash"])

    async def entries(self, chain: int) -> AsyncIterator[tuple[AuditEntry, str]]:
        async for document in scan(self.documents, AUDIT, {"chain": chain}, BY_PLACE):
            yield _entry(document)


def _entry(document: Document) -> tuple[AuditEntry, str]:
    fields = {name: value for name, value in document.items() if name not in ("_id", "hash")}
    return AuditEntry(**fields), document["hash"]
