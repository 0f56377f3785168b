"""What a service declares about its streams: which facts a handler reads, and how it may be run.

The three kinds differ in what a record costs: milliseconds (`Stage`), seconds of CPU or GPU
(`HeavyStage`), or knowledge that every replica needs (`Broadcast`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from google.protobuf.message import Message

from framewell_contracts.catalogue import FactType, fact_type
from framewell_contracts.groups import GROUPS
from framewell_kit.facts import Cause, Outgoing


class Reason(str):
    """Why a record was given up: one sentence for a person, with its stable `code` for programs."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, sentence: str, code: str) -> "Reason":
        reason = super().__new__(cls, sentence)
        reason.code = code
        return reason


AnyHandler: TypeAlias = Callable[[Any, Cause], Awaitable[Sequence[Outgoing]]]
GaveUp: TypeAlias = Callable[[Any, Reason], Sequence[Outgoing]]
Reads: TypeAlias = type[Message] | Sequence[type[Message]]


class Decisions(Protocol):
    """Where a stage keeps what it decided, so that a redelivery says the same (`DecisionLog`)."""

    async def recall(self, group: str, cause_id: str) -> Any: ...

    async def keep(self, group: str, cause_id: str, records: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a failing record is tried before it is given up.

    In place after each of `in_place_seconds` (jittered, other keys go on), then through the group's retry
    topic after each of `round_seconds`. `NotYet` comes back through the retry topic until the record is
    `not_yet_limit_seconds` old.
    """

    in_place_seconds: tuple[float, ...] = (0.05, 0.25, 1.0)
    round_seconds: tuple[float, ...] = (5.0, 30.0)
    not_yet_limit_seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Cheap records: handled in order per key, `concurrency` keys at a time, committed many at once.

    `gave_up` says which facts (outcome failed) leave together with the dead letter of a fact that was
    given up. With `decide_once` the first delivery's facts are kept and republished by every later one.
    """

    group: str
    reads: Reads
    handler: AnyHandler
    gave_up: GaveUp | None = None
    concurrency: int = 64
    decide_once: Decisions | None = None
    retry: RetryPolicy = field(default=RetryPolicy())

    def __post_init__(self) -> None:
        _require_declared(self.group)

    @property
    def types(self) -> tuple[FactType, ...]:
        """The fact types it reads."""
        return _types(self.reads)


@dataclass(frozen=True, slots=True)
class HeavyStage:
    """Records that cost seconds: `permits` at a time, live before archive, committed one by one.

    The third start of a record without an end gives it up as `killed_its_worker`.
    """

    group: str
    reads: Reads
    handler: AnyHandler
    gave_up: GaveUp | None = None
    permits: int = 1
    decide_once: Decisions | None = None
    retry: RetryPolicy = field(default=RetryPolicy(in_place_seconds=(0.5,)))

    def __post_init__(self) -> None:
        _require_declared(self.group)

    @property
    def types(self) -> tuple[FactType, ...]:
        """The fact types it reads."""
        return _types(self.reads)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Facts that every replica must know: read without a group, from the beginning, in order.

    The replica is ready only once it has read what was there when it started. `Busy` and `NotYet` wait in
    place; a record that is `Rejected`, or fails five times, is skipped with an error in the log.
    """

    reads: Reads
    handler: AnyHandler

    @property
    def types(self) -> tuple[FactType, ...]:
        """The fact types it reads."""
        return _types(self.reads)


def _types(reads: Reads) -> tuple[FactType, ...]:
    return tuple(fact_type(one) for one in ([reads] if isinstance(reads, type) else reads))


def _require_declared(group: str) -> None:
    if group not in GROUPS:
        raise ValueError(f"consumer group {group!r} is not declared: add it to framewell_contracts/groups.py")
