"""The state of one process, gathered from its parts while they come and go."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from framewell_contracts.sentences import say
from framewell_kit.health import Health
from framewell_kit.operations.holdings_search import HoldingsSearch
from framewell_kit.operations.stored_work import StoredWork
from framewell_kit.outcomes import NotFound, NotYet
from framewell_kit.stream.consumer.pauses import PausedPartition
from framewell_kit.stream.policy.breaker import Breaker
from framewell_kit.telemetry.control import TelemetryControl


class Streams(Protocol):
    """The running streams of a process."""

    @property
    def breakers(self) -> Mapping[str, Breaker]: ...

    async def resume(self, group: str) -> Breaker:
        """Let the group's breaker try a record at once, in every replica. Raises KeyError if unknown."""
        ...

    def paused(self) -> Sequence[PausedPartition]: ...


@dataclass(slots=True)
class ProcessState:
    """The parts of one process that its operations service answers for.

    `streams` and `work` are None until the process has them: it answers while it waits for its broker too.
    """

    service: str
    health: Health
    telemetry: TelemetryControl
    streams: Streams | None = None
    work: StoredWork | None = None
    search: HoldingsSearch | None = None
    process: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """Return the breakers by group; empty before the streams run."""
        return {} if self.streams is None else self.streams.breakers

    async def resume(self, group: str) -> Breaker:
        """Let a group's breaker try a record at once. Raises NotFound, and NotYet before the streams run."""
        if self.streams is None:
            raise NotYet(
                say(
                    "streams_not_read",
                    "{service} does not read its streams yet: {why}",
                    service=self.service,
                    why=self.health.starting,
                )
            )
        try:
            return await self.streams.resume(group)
        except KeyError:
            known = ", ".join(sorted(self.breakers)) or "none"
            raise NotFound(
                say(
                    "stage_unknown",
                    "{service} has no stage {group}; it has {known}",
                    service=self.service,
                    group=f"{group!r}",
                    known=known,
                )
            ) from None
