"""The log of decisions, the seals of its chains, and the facts on Kafka that it is held against."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell_contracts.audit.entries import AuditEntry, identity
from framewell_kit.facts import Cause
from framewell_kit.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Held:
    """Where an entry stands, and the identity of its fact."""

    chain: str
    place: int
    identity: str


class AuditRepository(Protocol):
    """The chains of entries. An entry's place in its chain can be taken once: no writer forks a chain."""

    async def has(self, fact: str) -> bool:
        """Return whether the fact with this identity has an entry."""
        ...

    async def last(self, chain: str) -> tuple[AuditEntry, str] | None:
        """Return the last entry and its hash; None for an empty chain."""
        ...

    async def append(self, entry: AuditEntry) -> bool:
        """Add the entry; False when its place is taken, or its fact is there."""
        ...

    async def chains(self) -> Sequence[str]:
        """Return the ids of all chains that have entries, in order."""
        ...

    def entries(self, chain: str) -> AsyncIterator[tuple[AuditEntry, str]]:
        """Yield all of a chain in order, each with the hash stored beside it."""
        ...

    async def held(self, facts: Collection[str]) -> Sequence[Held]:
        """Return where the facts with these identities stand."""
        ...

    async def of_event(self, source: str, event_id: str) -> Sequence[AuditEntry]:
        """Return the entries about an event with this id."""
        ...

    async def page(self, page: PageRequest, *, principal: str, subject: str) -> Page[tuple[AuditEntry, str]]:
        """Return entries with their hashes, the newest first: of a principal, about a subject, or all."""
        ...


class SealRepository(Protocol):
    """Seals of chains; each leaves as a fact with its own document."""

    async def last(self, chain: str) -> AuditSealed | None:
        """Return the newest seal of a chain."""
        ...

    async def add(self, sealed: AuditSealed, cause: Cause) -> bool:
        """Keep and publish a seal; False when this key sealed this end before."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """One record of a topic that the log reads: its envelope, and the hash of its value."""

    offset: int
    source: str
    event_id: str
    digest: str

    @property
    def identity(self) -> str:
        """Return what tells the fact from every other."""
        return identity(self.source, self.event_id, self.digest)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a partition holds: offsets from `begin` to below `end`; below `entered` the log has read them all.

    A `compacted` one keeps the newest record of each key only; where none `expires`, none may be missing.
    """

    begin: int
    end: int
    entered: int
    compacted: bool = False
    expires: bool = True


class RecordedFacts(Protocol):
    """The topics that the log is made from, and the topic of its seals, as they are on the broker."""

    async def reach(self) -> Mapping[str, Reach]:
        """Return what each partition holds, by chain. Raises Busy while the broker is away."""
        ...

    def facts(self, chain: str, reach: Reach) -> AsyncIterator[RecordedFact]:
        """Yield the readable records of a partition in order. Raises Busy while the broker is away."""
        ...

    async def reasons(self, stands: Mapping[str, Collection[int]]) -> Mapping[tuple[str, int], str]:
        """Return why somebody looked for a face, by chain and offset, for facts that are still kept.

        `stands` are the offsets by chain. Raises Busy while the broker is away.
        """
        ...

    def seals(self) -> AsyncIterator[AuditSealed]:
        """Yield every seal that was published. Raises Busy while the broker is away."""
        ...
