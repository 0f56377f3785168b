"""Statements that concern nothing that is known here, so that a person sees them."""

from dataclasses import dataclass

from framewell_dataset.ports.rights import StatementRepository, Unmatched
from framewell_dataset.steps.rights_change import RightsChangePolicy
from framewell_kit.clock import Clock
from framewell_kit.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class ListUnmatched:
    """Pages of them; what matches by now is looked for again and left out for good."""

    statements: StatementRepository
    policy: RightsChangePolicy
    clock: Clock

    async def __call__(self, page: PageRequest) -> Page[Unmatched]:
        """Return a page, the newest first."""
        while True:
            found = await self.statements.unmatched(page)
            matched = [
                each for each in found.items if await self.policy.matches(each.subject, each.statements)
            ]
            if not matched:
                return found
            for each in matched:
                await self.statements.note_unmatched(each.subject, (), self.clock.now())
