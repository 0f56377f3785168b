"""The environment of one row: topics and a database under its own prefix, its folder, workers, observer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from chaos.journal import FirstEntries
from chaos.load import Load
from chaos.observer import Observer
from chaos.outcome import Outcome
from chaos.processes import Worker
from chaos.scale import Scale
from chaos.servers import Servers
from framewell_contracts.fact_types import topics
from framewell_contracts.topics import DEAD_LETTER_ACTIONS
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit.documents import MongoDocuments
from framewell_kit.topics import apply


@dataclass(slots=True)
class Environment:
    """What a row stands on. `broken` names a runtime of `broken` that the workers are to run with."""

    servers: Servers
    folder: Path
    scale: Scale
    broken: str = ""
    prefix: str = field(default_factory=lambda: f"chaos-{uuid4().hex[:6]}.")
    workers: list[Worker] = field(default_factory=list)

    @property
    def journal(self) -> Path:
        """Where the row's workers write what they do."""
        return self.folder / "journal"

    @property
    def database_prefix(self) -> str:
        """Put before each service's database name."""
        return self.prefix.replace("-", "_").replace(".", "_")

    def worker(self, workload: str, *, instance: int | None = None, **settings: object) -> Worker:
        """A replica of a workload, not started yet; `instance` makes it a static member."""
        variables = {
            "FRAMEWELL_KAFKA": self.servers.bootstrap,
            "FRAMEWELL_KAFKA_PREFIX": self.prefix,
            "FRAMEWELL_MONGO": self.servers.uri,
            "FRAMEWELL_NAME_KEY": "ab" * 32,
            "FRAMEWELL_DATABASE_PREFIX": self.database_prefix,
            "FRAMEWELL_OBJECTS": str(self.folder / "objects"),
            "FRAMEWELL_SCRATCH": str(self.folder / "scratch"),
            "FRAMEWELL_INSTANCE": "" if instance is None else str(instance),
            "CHAOS_JOURNAL": str(self.journal),
            "CHAOS_BROKEN": self.broken,
            **{name.upper(): str(value) for name, value in settings.items()},
        }
        worker = Worker(workload, variables, self.folder / f"worker-{len(self.workers)}.log")
        self.workers.append(worker)
        return worker

    def documents(self, service: str) -> MongoDocuments:
        """The database of a service of this row."""
        return MongoDocuments(self.servers.uri, self.database_prefix + service)

    async def declare(self, facts: Sequence[str], groups: Sequence[str]) -> None:
        """Create the topics of these fact types and groups."""
        wanted = {DEAD_LETTER_ACTIONS} | {
            f"{group}.{kind}" for group in groups for kind in ("retry", "dead-letter")
        }
        declared = [
            topic
            for topic in topics()
            if topic.name in wanted or any(topic.name in (f, f"{f}.live", f"{f}.archive") for f in facts)
        ]
        await apply(BrokerAccess(self.servers.bootstrap), prefix=self.prefix, declared=declared)

    def observer(self, *names: str) -> Observer:
        """A reader of these topics."""
        return Observer(self.servers.bootstrap, self.prefix, names)

    def load(self) -> Load:
        """A producer from outside."""
        return Load(self.servers.bootstrap, self.prefix)

    async def working(self, worker: Worker, unless: Callable[[], bool]) -> tuple[int, int] | None:
        """Wait until a process that was just started has worked.

        When its program was loaded, and when it began its first work (monotonic, nanoseconds). None when
        nothing is left for it: on a busy machine others have its partitions before its program is loaded.
        Raises TimeoutError.
        """
        first, began, within = FirstEntries(self.journal), time.monotonic(), self.scale.patience_seconds
        while worker.pid not in first.at_ns:
            if unless():
                return None
            if time.monotonic() - began > within:
                raise TimeoutError(f"a restarted worker did nothing for {within:.0f} s")
            await asyncio.sleep(0.05)
            first.update()
        return first.loaded_ns[worker.pid], first.at_ns[worker.pid]

    def require_no_deaths(self, outcome: Outcome) -> None:
        """Require that no worker ended that nobody ended."""
        deaths = [status for worker in self.workers for status in worker.deaths]
        outcome.require(not deaths, f"workers ended by themselves, with {deaths}")

    async def supervise(self) -> None:
        """Bring back workers that end by themselves, until cancelled."""
        while True:
            for worker in self.workers:
                worker.supervise()
            await asyncio.sleep(0.1)

    def end_workers(self) -> None:
        """Kill what still runs, frozen processes too."""
        for worker in self.workers:
            worker.kill()


@asynccontextmanager
async def prepare_environment(
    servers: Servers, folder: Path, scale: Scale, broken: str = ""
) -> AsyncIterator[Environment]:
    """Yield a fresh environment; its workers have ended when the block is left, whatever happened."""
    folder.mkdir(parents=True)
    environment = Environment(servers, folder, scale, broken)
    supervising = asyncio.create_task(environment.supervise())
    try:
        yield environment
    finally:
        supervising.cancel()
        environment.end_workers()
