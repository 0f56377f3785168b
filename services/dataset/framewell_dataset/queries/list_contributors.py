"""Holders of rights with what is theirs here."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Subject
from framewell_dataset.domain.ledger import Balances, HolderBalance
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights import LedgerFilter, LedgerRepository, StatementRepository
from framewell_dataset.ports.rights_changes import RefusalIndex
from framewell_kit.paging import Page, PageRequest

ASSETS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Contributor:
    """A holder, and how much of what is here is theirs."""

    holder: str
    statements: int
    assets: int
    samples: int
    balances: Sequence[HolderBalance]


@dataclass(frozen=True, slots=True)
class ListContributors:
    """Pages by name. What a holder is owed reads every use of theirs, so pages are small."""

    statements: StatementRepository
    assets: AssetRepository
    samples: RefusalIndex
    ledger: LedgerRepository

    async def __call__(self, prefix: str, page: PageRequest) -> Page[Contributor]:
        """Return a page of the holders whose names begin so."""
        found = await self.statements.contributors(prefix, page)
        return Page([await self._of(name) for name in found.items], found.next_token, found.total)

    async def _of(self, holder: str) -> Contributor:
        balances = Balances()
        async for entry in self.ledger.all(LedgerFilter(holder=holder)):
            balances.add(entry)
        return Contributor(
            holder=holder,
            statements=len(await self.statements.about(Subject(holder=holder))),
            assets=await self.assets.count_of_holder(holder),
            samples=await self._samples(holder),
            balances=balances.balances(),
        )

    async def _samples(self, holder: str) -> int:
        count, ids = 0, list[str]()
        async for asset in self.assets.of_holder(holder):
            ids.append(asset.asset_id)
            if len(ids) == ASSETS_AT_ONCE:
                count += await self.samples.accepted_of(ids)
                ids = []
        return count + await self.samples.accepted_of(ids)
