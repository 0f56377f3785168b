"""Entries of the log of decisions, and why somebody looked for a face."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell_contracts.audit.entries import AuditEntry
from framewell_dataset.domain.audit import is_face_search
from framewell_dataset.ports.audit import AuditRepository, RecordedFacts
from framewell_kit.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry, the hash stored beside it, and why somebody looked for a face, as far as that is known."""

    entry: AuditEntry
    hash: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListAudit:
    """Pages of the log. An entry holds nobody's words: a reason is read from its fact while that is kept."""

    log: AuditRepository
    recorded: RecordedFacts

    async def __call__(
        self, page: PageRequest, *, principal: str, subject: str, with_reasons: bool
    ) -> Page[Listed]:
        """Return a page, the newest first. With reasons raises Busy while the broker is away."""
        found = await self.log.page(page, principal=principal, subject=subject)
        reasons = await self._reasons([entry for entry, _ in found.items]) if with_reasons else {}
        return found.map(
            lambda each: Listed(each[0], each[1], reasons.get((each[0].chain, each[0].offset), ""))
        )

    async def _reasons(self, entries: Sequence[AuditEntry]) -> Mapping[tuple[str, int], str]:
        stands: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            if is_face_search(entry.subject):
                stands[entry.chain].add(entry.offset)
        return await self.recorded.reasons(stands) if stands else {}
