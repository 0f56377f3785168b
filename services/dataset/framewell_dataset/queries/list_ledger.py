"""Uses, and what is owed for them."""

from dataclasses import dataclass

from framewell_dataset.domain.ledger import Balances, Entry, HolderBalance
from framewell_dataset.ports.rights import LedgerFilter, LedgerRepository
from framewell_kit.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class ListLedger:
    """Pages of entries; the first one comes with the balances, which read every entry that is asked for."""

    ledger: LedgerRepository

    async def __call__(
        self, page: PageRequest, wanted: LedgerFilter
    ) -> tuple[Page[Entry], list[HolderBalance]]:
        """Return a page and, with the first one, the balances per holder and currency."""
        found = await self.ledger.page(page, wanted)
        if page.token:
            return found, []
        balances = Balances()
        async for entry in self.ledger.all(wanted):
            balances.add(entry)
        return found, balances.balances()
