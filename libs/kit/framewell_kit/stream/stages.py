"""What a service declares about its streams: which handler answers a group's facts, and how it may be run.

The three kinds differ in what a record costs: milliseconds (`Stage`), seconds of CPU or GPU
(`HeavyStage`), or knowledge that every replica needs (`Broadcast`). Which facts a group reads stands in
`framewell_contracts.groups` alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from framewell_contracts.cloudevents import Record
from framewell_contracts.fact_types import FactType, facts_read
from framewell_contracts.groups import BROADCASTS, GROUPS
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Rejected
from framewell_kit.stream.policy.permits import Permits
from framewell_kit.stream.policy.retry import Reason, RetryPolicy

AnyHandler: TypeAlias = Callable[[Any, Cause], Awaitable[Sequence[Outgoing | Record]]]
"""Returns facts, or records as they are to stand in a topic that is none of a fact type."""
GaveUp: TypeAlias = Callable[[Any, Reason], Sequence[Outgoing]]
Refuse: TypeAlias = Callable[[Any, Cause, Rejected], Awaitable[Sequence[Outgoing]]]


class Decisions(Protocol):
    """Where a stage keeps what it decided, so that a redelivery publishes the same (`DecisionLog`)."""

    async def recall(self, group: str, cause_id: str) -> Any: ...

    async def keep(self, group: str, cause_id: str, records: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """Cheap records: handled in order per key, `concurrency` keys at a time, committed many at once.

    `gave_up` returns the facts (outcome failed) that leave together with the dead letter of a fact that was
    given up. `refuse` does so for an event that cannot be read but whose id, source and type can: it gets the
    message as far as that can be read, perhaps empty; it may be called again for the same record. With
    `decide_once` the first delivery's facts are kept and republished by every later one. With `origin` the
    handler finds in `framewell_kit.facts.origin` where the fact was written, and its bytes.
    Raises ValueError for a group that is not declared.
    """

    group: str
    handler: AnyHandler
    gave_up: GaveUp | None = None
    refuse: Refuse | None = None
    concurrency: int = 64
    decide_once: Decisions | None = None
    retry: RetryPolicy = field(default=RetryPolicy())
    origin: bool = False

    def __post_init__(self) -> None:
        _require_declared(self.group, GROUPS)

    @property
    def types(self) -> tuple[FactType, ...]:
        """Return the fact types its group reads."""
        return facts_read(self.group)


@dataclass(frozen=True, slots=True)
class HeavyStage:
    """Records that cost seconds: `permits` at a time, live before archive, committed one by one.

    `live_permits` more are kept for live records, which then begin at once beside the archive's. `shared`
    permits count in their place, where jobs take turns below the records (`Permits.when_idle`).
    The fourth attempt at a record whose worker died in the first three gives it up as `killed_its_worker`.
    Otherwise as `Stage`.
    """

    group: str
    handler: AnyHandler
    gave_up: GaveUp | None = None
    refuse: Refuse | None = None
    permits: int = 1
    live_permits: int = 0
    shared: Permits | None = None
    decide_once: Decisions | None = None
    retry: RetryPolicy = field(default=RetryPolicy(in_place_seconds=(0.5,)))

    def __post_init__(self) -> None:
        _require_declared(self.group, GROUPS)

    @property
    def types(self) -> tuple[FactType, ...]:
        """Return the fact types its group reads."""
        return facts_read(self.group)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Facts that every replica must know: read without a group, from the beginning, in order.

    The replica is ready only once it has read what was there when it started. `Busy` and `NotYet` wait in
    place; a record that is `Rejected`, or fails five times, is skipped with an error in the log.
    Raises ValueError for a broadcast that is not declared.
    """

    name: str
    handler: AnyHandler

    def __post_init__(self) -> None:
        _require_declared(self.name, BROADCASTS)

    @property
    def types(self) -> tuple[FactType, ...]:
        """Return the fact types it reads."""
        return facts_read(self.name)


def _require_declared(reader: str, declared: object) -> None:
    if reader not in declared:  # type: ignore[operator]
        raise ValueError(f"{reader!r} is not declared as a reader: add it to framewell_contracts/groups.py")
