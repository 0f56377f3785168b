"""Where the records of one asset lie on the broker, and what every service says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from framewell.gateway.v1.explanation_pb2 import AssetDeadLetter, Backlog, WaitingRecord
from framewell.mesh.v1.operations_service_pb2 import Breaker, DescribeWorkResponse, HeldJob, StartedRecord
from framewell_contracts.sentences import several


@dataclass(frozen=True, slots=True)
class BrokerState:
    """What was found on the broker. `cut` says what was not looked at, and why; empty: everything was."""

    waiting: Sequence[WaitingRecord] = ()
    backlogs: Sequence[Backlog] = ()
    dead_letters: Sequence[AssetDeadLetter] = ()
    cut: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Replica:
    """What one process of a service says of itself; `away` is why it says nothing, empty when it answers.

    `address` is where it was asked. What it has paused, and whether it is ready, no other process knows.
    """

    address: str
    reply: DescribeWorkResponse = field(default_factory=DescribeWorkResponse)
    away: str = ""

    @property
    def name(self) -> str:
        """Return its name among the replicas, for people."""
        return f"{self.reply.process} ({self.address})" if self.reply.process else self.address


@dataclass(frozen=True, slots=True)
class ServiceReplies:
    """What a service says: each replica of itself, and any of them of the database that all share."""

    service: str
    replicas: Sequence[Replica] = ()

    @property
    def answering(self) -> Sequence[Replica]:
        """Return the replicas that answer."""
        return [one for one in self.replicas if not one.away]

    @property
    def silent(self) -> Sequence[Replica]:
        """Return those that do not, while others do."""
        return [one for one in self.replicas if one.away] if self.answering else []

    @property
    def away(self) -> str:
        """Return why nobody answers; empty when somebody does."""
        if self.answering:
            return ""
        return several([*dict.fromkeys(one.away for one in self.replicas)])

    @property
    def ready(self) -> bool:
        """Return whether it may be counted on: one of its replicas is ready."""
        return any(one.reply.ready for one in self.answering)

    @property
    def breakers(self) -> Sequence[Breaker]:
        """Return breakers that are not closed, one a group: replicas share them."""
        return [*{one.group: one for replica in self.answering for one in replica.reply.breakers}.values()]

    @property
    def jobs(self) -> Sequence[HeldJob]:
        """Return the jobs of the asset that are not done, as the database has them."""
        return self._shared.jobs

    @property
    def started(self) -> Sequence[StartedRecord]:
        """Return the heavy records that were started and have not ended, as the database has them."""
        return self._shared.started

    @property
    def unsent_facts(self) -> int:
        """Return the number of facts of the asset that the broker has not taken, as the database has them."""
        return self._shared.unsent_facts

    @property
    def _shared(self) -> DescribeWorkResponse:
        return next((one.reply for one in self.answering), DescribeWorkResponse())

    def whose(self, replica: Replica) -> str:
        """Return ` in …` where it must be said which replica is meant."""
        return f" in {replica.name}" if len(self.replicas) > 1 else ""
