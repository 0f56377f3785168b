"""The ends of the chains are signed and published: whoever keeps a seal finds a chain that changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell_contracts.audit.seals import SealKey
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say
from framewell_dataset.ports.audit import AuditRepository, SealRepository
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict

DAY = timedelta(days=1)

IsDue: TypeAlias = Callable[[int, AuditSealed | None, datetime], bool]
"""Whether a chain of so many entries, with this last seal, is to be sealed now."""


@dataclass(frozen=True, slots=True)
class SealAudit:
    """Seal chains whose end moved, or whose last seal another key signed. Doing it twice adds nothing."""

    log: AuditRepository
    seals: SealRepository
    clock: Clock
    key: SealKey | None = None
    every: int = 1000

    async def __call__(self) -> Sequence[AuditSealed]:
        """Seal every chain that grew; return the new seals. Raises Conflict without a key."""
        if self.key is None:
            raise Conflict(
                say(
                    "audit_unsigned",
                    "no key signs the audit log: set FRAMEWELL_DATASET_AUDIT_KEY to a file with one",
                )
            )
        return await self._seal(self.key, lambda *_: True)

    async def due(self) -> Sequence[AuditSealed]:
        """Seal chains with `every` new entries, or with any and a seal of more than a day ago."""
        return [] if self.key is None else await self._seal(self.key, self._is_due)

    def _is_due(self, entry_count: int, last: AuditSealed | None, now: datetime) -> bool:
        if last is None or last.key_id != self.key_id:
            return True
        sealed_at = last.sealed_at.ToDatetime(tzinfo=UTC)
        return entry_count - last.entry_count >= self.every or now - sealed_at >= DAY

    @property
    def key_id(self) -> str:
        """Return the id of the key that signs; empty without one."""
        return "" if self.key is None else self.key.key_id

    async def _seal(self, key: SealKey, is_due: IsDue) -> list[AuditSealed]:
        made, now = [], self.clock.now()
        for chain in await self.log.chains():
            end, last = await self.log.last(chain), await self.seals.last(chain)
            if end is None:
                continue
            entry_count, head = end[0].place + 1, end[1]
            if last is not None and (last.entry_count, last.head, last.key_id) == (
                entry_count,
                head,
                key.key_id,
            ):
                continue
            if is_due(entry_count, last, now):
                sealed = key.seal(chain, entry_count, head, now)
                if await self.seals.add(sealed, _cause(sealed, now)):
                    made.append(sealed)
        return made


def _cause(sealed: AuditSealed, now: datetime) -> Cause:
    name = fact_type(AuditSealed).type
    return Cause(derived_id(sealed.chain_id, name, sealed.head), "framewell/dataset", name, now)
