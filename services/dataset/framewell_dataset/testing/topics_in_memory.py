"""What a bench handed to the audit log, and the seals that left it, as the broker would hold them."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.face.v1.face_pb2 import FaceSearched
from framewell_contracts.fact_types import FACTS
from framewell_dataset.ports.audit import Reach, RecordedFact
from framewell_kit.outcomes import Busy

if TYPE_CHECKING:
    from framewell_dataset.testing.bench import DatasetBench


@dataclass(slots=True)
class TopicsInMemory:
    """One partition a topic. A test changes what stands there: `begins`, `unread`, `forged` seals."""

    bench: "DatasetBench" = field(init=False, repr=False)
    begins: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    forged: list[AuditSealed] = field(default_factory=list)
    away: bool = False

    async def reach(self) -> Mapping[str, Reach]:
        """Return what each partition holds, by chain."""
        ends: dict[str, int] = {}
        for (topic, _), (_, lies) in self.bench.origins.items():
            ends[topic] = max(ends.get(topic, 0), lies.offset + 1)
        return {
            f"{topic}/0": Reach(
                self.begins.get(topic, 0),
                end,
                end - self.unread.get(topic, 0),
                FACTS[topic].compacted,
                FACTS[topic].retention_days is not None,
            )
            for topic, end in ends.items()
        }

    async def facts(self, chain: str, reach: Reach) -> AsyncIterator[RecordedFact]:
        """Yield the records of a partition in order."""
        for cause, lies in self.bench.origins.values():
            within = reach.begin <= lies.offset < reach.end and f"{lies.topic}/0" == chain
            if within and cause.id not in self.gone:
                yield RecordedFact(lies.offset, cause.source, cause.id, sha256(lies.value).hexdigest())

    async def reasons(self, stands: Mapping[str, Collection[int]]) -> Mapping[tuple[str, int], str]:
        """Return why somebody looked for a face, of facts that are still kept."""
        if self.away:
            raise Busy("the broker cannot be read: it is away")
        found = {}
        for cause, lies in self.bench.origins.values():
            chain = f"{lies.topic}/0"
            kept = cause.id not in self.gone and lies.offset >= self.begins.get(lies.topic, 0)
            if kept and lies.offset in stands.get(chain, ()):
                found[chain, lies.offset] = FaceSearched.FromString(lies.value).reason
        return found

    async def seals(self) -> AsyncIterator[AuditSealed]:
        """Yield every seal that left, and those that a test forged."""
        for sealed in (*self.bench.facts.of(AuditSealed), *self.forged):
            yield sealed
