"""Somebody decided something: the log of decisions gets an entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import sha256

from google.protobuf.timestamp_pb2 import Timestamp

from framewell_contracts.audit.entries import GENESIS, AuditEntry
from framewell_dataset.domain.audit import Decided, noted
from framewell_dataset.ports.audit import AuditRepository
from framewell_kit.facts import Cause, Origin, Outgoing, origin
from framewell_kit.name_hashes import NameHashes


@dataclass(frozen=True, slots=True)
class KeepAudit:
    """Append once per fact, to the chain of the partition it stands in.

    One consumer writes a chain; where two meet, in a rebalance, a place can be taken once, so that no chain
    forks. A redelivery finds the entry and adds nothing.
    """

    log: AuditRepository
    hashes: NameHashes
    origin: Callable[[], Origin] = origin.get
    _ends: dict[str, tuple[int, str]] = field(default_factory=dict, repr=False)
    """Place and hash of the last entry of each chain as this process knows it: entries never change."""

    async def __call__(self, fact: Decided, cause: Cause) -> Sequence[Outgoing]:
        """Append the entry of a fact unless it is there."""
        stands = self.origin()
        chain = f"{stands.topic}/{stands.partition}"
        while True:
            known = self._ends.pop(chain) if chain in self._ends else None
            last, previous = known if known is not None else await self._end(chain)
            entry = self._entry(fact, cause, stands, (chain, last + 1, previous))
            if await self.log.has(entry.identity):
                self._ends[chain] = last, previous
                return ()
            if await self.log.append(entry):
                self._ends[chain] = entry.place, entry.hash
                return ()

    async def _end(self, chain: str) -> tuple[int, str]:
        last = await self.log.last(chain)
        return (-1, GENESIS) if last is None else (last[0].place, last[1])

    def _entry(self, fact: Decided, cause: Cause, stands: Origin, at: tuple[str, int, str]) -> AuditEntry:
        said, (chain, place, previous) = noted(fact, self.hashes), at
        actor = said.actor
        decided_at = _moment(actor.decided_at) if actor.HasField("decided_at") else ""
        return AuditEntry(
            chain=chain,
            place=place,
            previous=previous,
            offset=stands.offset,
            event_id=cause.id,
            source=cause.source,
            time=cause.time.isoformat(),
            digest=sha256(stands.value).hexdigest(),
            subject=said.subject,
            class_id=said.class_id,
            what=said.what,
            principal=actor.principal,
            authority=actor.authority,
            decided_at=decided_at,
        )


def _moment(at: Timestamp) -> str:
    """Return a moment in ISO 8601; one that no calendar has, which a sender may write, in its seconds."""
    try:
        return at.ToDatetime(tzinfo=UTC).isoformat()
    except (OverflowError, ValueError):
        return f"{at.seconds} s"
