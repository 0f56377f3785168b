"""A person decided: the hash-chained log gets an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from framewell.sample.v1.sample_pb2 import Decision, SampleReviewed
from framewell_dataset.domain.audit import CHAINS, GENESIS, AuditEntry, broken_link, chain_of
from framewell_dataset.ports import AuditLog
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class KeepAudit:
    """Appends once per event. Two writers cannot fork a chain: an entry's place can be taken once."""

    log: AuditLog

    async def __call__(self, fact: SampleReviewed, cause: Cause) -> Sequence[Outgoing]:
        chain = chain_of(fact.sample_id)
        while not await self.log.has(cause.id):
            last = await self.log.last(chain)
            place, previous = (0, GENESIS) if last is None else (last[0].place + 1, last[1])
            await self.log.append(_entry(fact, cause, chain, place, previous))
        return ()


@dataclass(frozen=True, slots=True)
class VerifyAudit:
    """Checks every link of every chain."""

    log: AuditLog

    async def __call__(self) -> tuple[int, str]:
        """How many entries were checked, and the first broken link in words (empty when intact)."""
        checked = 0
        for chain in range(CHAINS):
            head = await self.log.head(chain)
            entries = await self.log.entries(chain)
            problem = broken_link(entries, head)
            checked += len(entries)
            if problem:
                return checked, problem
        return checked, ""


def _entry(fact: SampleReviewed, cause: Cause, chain: int, place: int, previous: str) -> AuditEntry:
    return AuditEntry(
        chain=chain,
        place=place,
        previous=previous,
        event_id=cause.id,
        sample_id=fact.sample_id,
        dataset_id=fact.dataset_id,
        class_id=fact.class_id,
        decision=Decision.Name(fact.decision).removeprefix("DECISION_").lower(),
        principal=fact.actor.principal,
        authority=fact.actor.authority,
        decided_at=fact.actor.decided_at.ToDatetime(tzinfo=UTC).isoformat(),
        note=fact.note,
        revision=fact.revision,
    )
