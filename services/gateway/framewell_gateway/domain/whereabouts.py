"""Where the records of one asset lie on the broker, and what every service holds of it. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """A record that failed and waits in its group's retry topic for the next try."""

    attempts: int
    not_before: datetime
    code: str
    reason: str
    origin_topic: str


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A record of the asset that a group has not handled yet.

    `ahead` counts the records of its partition that the group has not committed before it. Topics are named
    without the mesh's prefix.
    """

    group: str
    topic: str
    partition: int
    offset: int
    event_type: str
    event_id: str
    written: datetime
    ahead: int
    retry: Retry | None = None

    @property
    def service(self) -> str:
        """The service whose group it is."""
        return self.group.split(".")[0]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far a group is behind in a topic: committed against the end, summed over its partitions."""

    group: str
    topic: str
    committed: int
    end: int
    behind: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A dead letter of the asset that nobody has replayed or discarded."""

    place: str
    group: str
    event_type: str
    event_id: str
    code: str
    reason: str
    attempts: int
    given_up: datetime

    @property
    def service(self) -> str:
        """The service that gave it up."""
        return self.group.split(".")[0]

    @property
    def replay(self) -> str:
        """The command that tries it again."""
        return f"framewell dlq replay {self.group} --id {self.place.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What was found on the broker. `cut` says what was not looked at, and why; empty: everything was."""

    waiting: Sequence[WaitingRecord] = ()
    backlogs: Sequence[Backlog] = ()
    given_up: Sequence[GivenUp] = ()
    cut: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A leased job of the asset that is not done. Moments are None where they say nothing in its state."""

    kind: str
    key: str
    state: str
    attempt: int
    starts: int
    worker: str
    put: datetime
    leased_until: datetime | None
    due: datetime | None
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class Paused:
    """A partition that a process does not read for a while."""

    group: str
    topic: str
    partition: int
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A stage that stopped because most of its records fail. `tries` is None once one may be tried."""

    group: str
    opened: datetime | None
    tries: datetime | None


@dataclass(frozen=True, slots=True)
class Started:
    """A heavy record that is being worked on, or whose worker died."""

    group: str
    topic: str
    partition: int
    offset: int
    starts: int


@dataclass(frozen=True, slots=True)
class Replica:
    """What one process of a service says of itself; `away` is why it says nothing, empty when it answers.

    `address` is where it was asked. What it has paused, and whether it is ready, no other process knows.
    """

    address: str
    away: str = ""
    process: str = ""
    ready: bool = False
    waiting: Sequence[tuple[str, str]] = ()
    paused: Sequence[Paused] = ()
    breakers: Sequence[OpenBreaker] = ()

    @property
    def name(self) -> str:
        """What tells it from the others, for people."""
        return f"{self.process} ({self.address})" if self.process else self.address


@dataclass(frozen=True, slots=True)
class ServiceWork:
    """What a service says: each replica for itself, and what all of them keep in one database."""

    service: str
    replicas: Sequence[Replica] = ()
    jobs: Sequence[HeldJob] = ()
    started: Sequence[Started] = ()
    unsent_facts: int = 0

    @property
    def answering(self) -> Sequence[Replica]:
        """The replicas that answer."""
        return [one for one in self.replicas if not one.away]

    @property
    def silent(self) -> Sequence[Replica]:
        """Those that do not, while others do."""
        return [one for one in self.replicas if one.away] if self.answering else []

    @property
    def away(self) -> str:
        """Why nobody answers; empty when somebody does."""
        if self.answering:
            return ""
        return "; ".join(dict.fromkeys(one.away for one in self.replicas))

    @property
    def ready(self) -> bool:
        """True when it may be counted on: one of its replicas is ready."""
        return any(one.ready for one in self.answering)

    @property
    def breakers(self) -> Sequence[OpenBreaker]:
        """Breakers that are not closed, one a group: replicas tell each other."""
        return [*{one.group: one for replica in self.answering for one in replica.breakers}.values()]

    def whose(self, replica: Replica) -> str:
        """` in …` where it must be said which replica is meant."""
        return f" in {replica.name}" if len(self.replicas) > 1 else ""
