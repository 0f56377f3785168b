"""A person decided: the hash-chained log gets an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from framewell.sample.v1.sample_pb2 import Decision, SampleReviewed
from framewell_contracts.json_mapping import enum_word
from framewell_dataset.domain.audit import GENESIS, AuditEntry, chain_of
from framewell_dataset.ports.rights import AuditRepository
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class KeepAudit:
    """Appends once per event. Two writers cannot fork a chain: an entry's place can be taken once."""

    log: AuditRepository

    async def __call__(self, fact: SampleReviewed, cause: Cause) -> Sequence[Outgoing]:
        chain = chain_of(fact.sample_id)
        while not await self.log.has(cause.id):
            last = await self.log.last(chain)
            place, previous = (0, GENESIS) if last is None else (last[0].place + 1, last[1])
            await self.log.append(_entry(fact, cause, chain, place, previous))
        return ()


def _entry(fact: SampleReviewed, cause: Cause, chain: int, place: int, previous: str) -> AuditEntry:
    return AuditEntry(
        chain=chain,
        place=place,
        previous=previous,
        event_id=cause.id,
        sample_id=fact.sample_id,
        dataset_id=fact.dataset_id,
        class_id=fact.class_id,
        decision=enum_word(Decision.DESCRIPTOR, fact.decision),
        principal=fact.actor.principal,
        authority=fact.actor.authority,
        decided_at=fact.actor.decided_at.ToDatetime(tzinfo=UTC).isoformat(),
        note=fact.note_id,
        revision=fact.revision,
    )
