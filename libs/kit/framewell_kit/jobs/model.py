"""A job: work of minutes that outlives its worker. Documents, queues and what a kind of job declares."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Lane
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.stream.policy.retry import Reason

COLLECTION = "jobs"
LEASE_SECONDS = 30.0
# The fourth start gives a job up. Its worker's first death proves nothing, since others were worked on beside
# it, or somebody killed the process; it runs alone from then on, and may die so twice.
MAX_ATTEMPTS = 4
# How often a failing job is tried, and what it waits in between.
RETRY_SECONDS = (2.0, 15.0)


class LeaseLost(Exception):
    """Another worker has the job: the work stops and writes nothing more."""


class HandOver(Exception):
    """A piece of the work is done and saved as progress: the job waits again, ahead of what was put after it.

    Raised by work that takes long, between two pieces, so that live jobs overtake it; no attempt is counted.
    """


class Lease(Protocol):
    """The right to work on a job, for as long as it is renewed.

    `epoch` grows with every worker that gets the job: the fencing token for everything the job writes.
    """

    @property
    def epoch(self) -> int: ...

    def check(self) -> None:
        """Raise LeaseLost when another worker may have the job; called before every write."""
        ...

    async def save(self, progress: dict[str, Any]) -> None:
        """Keep how far the work has come, for readers and for whoever takes over. Raises LeaseLost."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `attempt` counts from 1; `progress` is what an earlier attempt saved."""

    kind: str
    key: str
    payload: dict[str, Any]
    cause: Cause
    lane: "Lane.ValueType"
    attempt: int
    progress: dict[str, Any]

    @property
    def id(self) -> str:
        """Return the id of its document."""
        return f"{self.kind}/{self.key}"


Work: TypeAlias = Callable[[Job, Lease], Awaitable[Sequence[Outgoing]]]
JobGaveUp: TypeAlias = Callable[[Job, Reason], Sequence[Outgoing]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """How one kind of job is done.

    `work` returns the facts that leave when the job is done; it may raise the outcomes of a handler.
    `gave_up` returns the facts that leave when it is given up (also when it was cancelled). `permits` of them
    run at once in this process, and `live_permits` live ones beside these, so that live never waits for what
    the archive has begun. Work that takes longer than live may wait is done in pieces (`HandOver`).
    """

    kind: str
    work: Work
    gave_up: JobGaveUp | None = None
    permits: int = 1
    live_permits: int = 0
    lease_seconds: float = LEASE_SECONDS


def queue(kind: str, state: str, lane: "Lane.ValueType | None" = None) -> str:
    """Return the value of the one field that a claim queries, so that a claim is an equality on an index.

    States: `waiting` (by lane), `later` (has a due time), `running`, `done`, `failed`.
    """
    if state != "waiting":
        return f"{kind}/{state}"
    return f"{kind}/waiting/{'live' if lane == LANE_LIVE else 'archive'}"
