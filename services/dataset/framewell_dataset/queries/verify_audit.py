"""Whether the log of decisions is whole."""

from dataclasses import dataclass

from framewell_dataset.domain.audit import CHAINS, ChainCheck
from framewell_dataset.ports.rights import AuditRepository


@dataclass(frozen=True, slots=True)
class VerifyAudit:
    """Checks every link of every chain, reading one batch of entries after another."""

    log: AuditRepository

    async def __call__(self) -> tuple[int, str]:
        """Return how many entries were checked, and the first broken link in words (empty when intact)."""
        checked = 0
        for chain in range(CHAINS):
            check = ChainCheck(await self.log.head(chain))
            async for entry, stored in self.log.entries(chain):
                checked += 1
                if problem := check.add(entry, stored):
                    return checked, problem
            if problem := check.end():
                return checked, problem
        return checked, ""
