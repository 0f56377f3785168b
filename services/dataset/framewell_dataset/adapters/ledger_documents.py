"""The ledger as documents. Amounts are kept as decimal text: no binary fraction ever touches money."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from framewell.rights.v1.rights_pb2 import PAY_MODEL_UNSPECIFIED
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.spelling import normalised
from framewell_dataset.domain.ledger import Entry
from framewell_dataset.ports.rights import LedgerFilter
from framewell_dataset.telemetry import USES
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import SCAN_BATCH, Order, Page, PageRequest, find_page, scan

LEDGER = "ledger"
NEWEST_FIRST = Order("used_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class LedgerDocuments:
    """Collection `ledger`, one document per (use, sample, statement)."""

    documents: Documents

    async def prepare(self) -> None:
        for fields in (["holder", *NEWEST_FIRST.fields], NEWEST_FIRST.fields):
            await self.documents.ensure_index(LEDGER, fields)
        await self._tell_rates()

    async def enter(self, entry: Entry) -> bool:
        used_at = entry.usage.used_at.ToDatetime(tzinfo=UTC)
        new = await self.documents.insert_once(
            LEDGER,
            {
                "_id": entry.entry_id,
                "holder": normalised(entry.usage.holder),
                "owed": str(entry.owed),
                "usage": entry.usage.SerializeToString(),
                "used_at": used_at,
                "currency": entry.usage.rate.currency,
                "pay_model": entry.usage.rate.model,
            },
        )
        if new:
            USES.add(1, {"currency": entry.usage.rate.currency})
        return new

    async def page(self, page: PageRequest, wanted: LedgerFilter) -> Page[Entry]:
        return (await find_page(self.documents, LEDGER, _meant(wanted), page, NEWEST_FIRST)).map(_entry)

    async def all(self, wanted: LedgerFilter) -> AsyncIterator[Entry]:
        async for document in scan(self.documents, LEDGER, _meant(wanted), NEWEST_FIRST):
            yield _entry(document)

    async def _tell_rates(self) -> None:
        """Write currency and way of paying beside each entry, once: older entries lack them."""
        while found := await self.documents.find(LEDGER, {"currency": {"$exists": False}}, limit=SCAN_BATCH):
            for document in found:
                rate = UsageRecorded.FromString(document["usage"]).rate
                change = {"$set": {"currency": rate.currency, "pay_model": rate.model}}
                await self.documents.update(LEDGER, document["_id"], change)


def _meant(wanted: LedgerFilter) -> Document:
    query: Document = {}
    if wanted.holder:
        query["holder"] = normalised(wanted.holder)
    if wanted.currency:
        query["currency"] = wanted.currency
    if wanted.pay_model != PAY_MODEL_UNSPECIFIED:
        query["pay_model"] = wanted.pay_model
    bounds = {"$gte": wanted.used_from, "$lt": wanted.used_before}
    if given := {name: moment for name, moment in bounds.items() if moment is not None}:
        query["used_at"] = given
    return query


def _entry(document: Document) -> Entry:
    return Entry(document["_id"], UsageRecorded.FromString(document["usage"]), Decimal(document["owed"]))
