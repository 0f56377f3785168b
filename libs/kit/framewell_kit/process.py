"""The life of one process: settings in, wiring, start, serve, drain, out.

A service's `__main__` calls `run_service("ingest", read_settings(IngestSettings), wire)`. Everything about
being a process of the mesh happens here, once: what it depends on is waited for, its parts start in order and
stop in the opposite one, and it ends within its time whatever is away.
"""

import asyncio
import errno
import inspect
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path

from aiokafka.errors import KafkaError

from framewell_contracts.sentences import say, several
from framewell_kit import garbage_collection, loop
from framewell_kit.clock import SystemClock
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents import MongoDocuments
from framewell_kit.health import Health, HealthServer
from framewell_kit.jobs import JobRunner, Jobs
from framewell_kit.kit_holdings import complete
from framewell_kit.name_key_check import require_name_key
from framewell_kit.objects import LocalObjects, Objects
from framewell_kit.operations import (
    HoldingsSearch,
    ProcessMonitor,
    ProcessState,
    RetentionSweep,
    StoredWork,
    compact_hourly,
    operations,
)
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.rpc import RpcServer
from framewell_kit.rpc.object_service import object_service
from framewell_kit.rpc.wiring import admission_of, caller_signer_of
from framewell_kit.scratch import own_scratch
from framewell_kit.service import Mesh, Service, Wire
from framewell_kit.settings import MeshSettings, read_settings
from framewell_kit.stream import Publisher, StreamRuntime
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.telemetry import Telemetry, configure, logger

log = logger(__name__)

TRY_AGAIN_SECONDS = 1.0
HARD_DEADLINE_MARGIN_SECONDS = 5.0
EXIT_HARD_DEADLINE = 75
# How the time to drain is shared: streams and jobs first, then gRPC and the other parts.
DRAIN_SHARE, SIDE_SHARE = 0.7, 0.1
_DATABASE = say("what.documents", "the document database")
_BROKER = say("what.broker", "the broker")


def run_service(name: str, settings: object, wire: Wire, mesh_settings: MeshSettings | None = None) -> None:
    """Run until SIGTERM or SIGINT, then drain. Exits with 1 and one clear line if it cannot run."""
    shared = mesh_settings or read_settings(MeshSettings)
    telemetry = configure(name, shared)
    try:
        loop.run(_run(name, settings, wire, shared, telemetry))
    except (OSError, ValueError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        advice = ": end what listens there, or set FRAMEWELL_PORT_BASE" if taken else ""
        log.error("the service cannot run", reason=f"{error}{advice}")
        sys.exit(1)


async def _run(name: str, settings: object, wire: Wire, shared: MeshSettings, telemetry: Telemetry) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    health = Health(name)
    health_server = HealthServer(health, shared.bind, shared.health_port(name))
    await health_server.start()
    process = _Process(name, shared, telemetry, health)
    try:
        if await _unless_stopped(stopping, process.start(settings, wire)):
            health.started = True
            garbage_collection.freeze()
            log.info("started", pid=os.getpid())
            await stopping.wait()
        log.info("stopping")
        health.stopping = True
    finally:
        # A thread, so that it fires whatever the event loop does: a producer waits for ever for its broker.
        timer = threading.Timer(
            shared.drain_seconds + HARD_DEADLINE_MARGIN_SECONDS, os._exit, (EXIT_HARD_DEADLINE,)
        )
        timer.daemon = True
        timer.start()
        await process.stop()
        await health_server.stop()
        log.info("stopped")
        await asyncio.to_thread(telemetry.close)
        timer.cancel()


async def _unless_stopped(stopping: asyncio.Event, work: Awaitable[None]) -> bool:
    """Await the work; return False when the process has to stop before it is done."""
    stop = asyncio.ensure_future(stopping.wait())
    doing = asyncio.ensure_future(work)
    done, pending = await asyncio.wait({stop, doing}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    if doing in done:
        await doing
        return True
    return False


class _Process:
    """Everything of one process that is started in order and stopped in the opposite one."""

    def __init__(self, name: str, shared: MeshSettings, telemetry: Telemetry, health: Health) -> None:
        self._name, self._shared, self._telemetry, self._health = name, shared, telemetry, health
        self._kafka = shared.broker_access()
        self._state = ProcessState(name, health, telemetry.control)
        self._started, self._quarantine = AsyncExitStack(), Quarantine()
        self._scratch = shared.scratch

    async def start(self, settings: object, wire: Wire) -> None:
        """Wait for what the service depends on, wire it and start its parts. Raises what wiring raises."""
        await self._retry(say("what.scratch", "room for files under way"), self._make_scratch)
        publisher, mesh = await self._connect()
        wired = wire(settings, mesh)
        service = await wired if inspect.isawaitable(wired) else wired
        await mesh.outbox.start()
        self._on_stop(mesh.outbox.stop)
        self._health.parts["outbox"] = lambda: mesh.outbox.reason
        await self._serve(service, mesh)
        await self._start_parts(service)
        runner = await self._start_jobs(service, mesh)
        monitor = self._look_after(service, mesh, publisher, runner)
        runtime = monitor.runtime = await self._subscribe(service, mesh, publisher)
        seconds = self._shared.drain_seconds * DRAIN_SHARE

        async def drain() -> None:
            await asyncio.gather(runtime.stop(seconds), runner.stop(seconds))

        self._on_stop(drain)

    async def stop(self) -> None:
        """Stop in the opposite order, each part within its share of the time to drain."""
        await self._started.aclose()

    async def _make_scratch(self) -> None:
        self._scratch = self._started.enter_context(own_scratch(self._shared.scratch))

    async def _connect(self) -> tuple[Publisher, Mesh]:
        shared, clock = self._shared, SystemClock(self._shared.clock_skew_seconds)
        documents = MongoDocuments(shared.mongo, shared.database_prefix + self._name)
        self._started.callback(documents.close)
        publisher = Publisher(
            self._kafka, source=f"framewell/{self._name}", clock=clock, prefix=shared.kafka_prefix
        )
        await self._retry(_DATABASE, documents.ping)
        await self._retry(_DATABASE, partial(require_name_key, documents, shared))
        await self._retry(_BROKER, publisher.start)
        self._on_stop(publisher.stop)
        outbox = Outbox(documents, publisher, clock)
        return publisher, Mesh(
            service=self._name,
            settings=shared,
            documents=documents,
            objects=_objects(shared, self._scratch),
            outbox=outbox,
            jobs=Jobs(documents, outbox, clock),
            clock=clock,
            telemetry=self._telemetry,
            scratch=self._scratch,
            admission=admission_of(self._name, shared, clock),
            caller_signer=caller_signer_of(shared, clock),
        )

    async def _serve(self, service: Service, mesh: Mesh) -> None:
        self._state.work = StoredWork(mesh.documents, mesh.outbox, mesh.jobs, self._shared.kafka_prefix)
        table = complete(service.holdings, mesh.documents)
        self._state.search = HoldingsSearch(mesh.documents, mesh.objects, table)
        address = f"{self._shared.bind}:{self._shared.rpc_port(self._name)}"
        servicers = [*service.rpc, object_service(service.readable), operations(self._state)]
        server = RpcServer(address, servicers, mesh.admission, mesh.clock)
        await server.start()
        self._on_stop(server.stop, self._shared.drain_seconds * SIDE_SHARE)

    async def _start_parts(self, service: Service) -> None:
        self._health.notes.update(service.notes)
        for part in service.parts:
            await part.start()
            self._on_stop(part.stop, self._shared.drain_seconds * SIDE_SHARE)
            self._health.parts[part.name] = part.waiting

    async def _start_jobs(self, service: Service, mesh: Mesh) -> JobRunner:
        runner = JobRunner(mesh.jobs, service.jobs, mesh.clock, self._quarantine)
        await self._retry(_DATABASE, runner.start)
        self._health.parts["jobs"] = lambda: several(runner.unready())
        return runner

    def _look_after(
        self, service: Service, mesh: Mesh, publisher: Publisher, runner: JobRunner
    ) -> ProcessMonitor:
        """Run what keeps health and gauges up to date, and what deletes old jobs and decisions."""
        monitor = ProcessMonitor(
            self._health,
            documents=mesh.documents,
            publisher=publisher,
            outbox=mesh.outbox,
            runner=runner,
            clock=mesh.clock,
        )
        decisions, keep_days = DecisionLog(mesh.documents), self._shared.keep_days
        retention = RetentionSweep(mesh.jobs, service.jobs, decisions, mesh.clock, keep_days=keep_days)
        compaction = compact_hourly(mesh.documents, mesh.clock)
        for work in (monitor.run(), retention.run(), compaction):
            self._started.callback(asyncio.ensure_future(work).cancel)
        return monitor

    async def _subscribe(self, service: Service, mesh: Mesh, publisher: Publisher) -> StreamRuntime:
        """Read the streams; every try is a new runtime: one whose start failed cannot be started again."""
        runtimes: list[StreamRuntime] = []

        async def subscribe() -> None:
            runtime = StreamRuntime(
                self._kafka,
                service.stages,
                documents=mesh.documents,
                publisher=publisher,
                clock=mesh.clock,
                prefix=self._shared.kafka_prefix,
                member=self._shared.instance,
                quarantine=self._quarantine,
            )
            await runtime.start()
            runtimes.append(runtime)

        await self._retry(_BROKER, subscribe)
        runtime = self._state.streams = runtimes[0]
        for part, why in runtime.unready_parts().items():
            self._health.parts[part] = _joined(why)
        self._health.notes["paused"] = runtime.waiting
        return runtime

    async def _retry(self, what: str, attempt: Callable[[], Awaitable[None]]) -> None:
        """Try until it works: broker and database may start after the process, or be away for a while."""
        self._health.starting = say("process.waits", "waiting for {what}", what=what)
        while True:
            try:
                return await attempt()
            except (Busy, KafkaError) as error:
                why = error.reason if isinstance(error, Busy) else str(error)[:500]
                self._health.starting = say(
                    "process.waits.why", "waiting for {what}: {why}", what=what, why=why
                )
                log.warning("waiting for what the service depends on", what=what, error=str(error)[:200])
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    def _on_stop(self, stop: Callable[..., Awaitable[None]], *args: object) -> None:
        async def stopped() -> None:
            try:
                await stop(*args)
            except Exception:  # the others are to be stopped all the same
                log.exception("a part did not stop cleanly", part=getattr(stop, "__qualname__", repr(stop)))

        self._started.push_async_callback(stopped)


def _joined(why: Callable[[], list[str]]) -> Callable[[], str]:
    return lambda: several(why())


def _objects(shared: MeshSettings, scratch: Path) -> Objects:
    folder = shared.objects_folder()
    if folder is not None:
        return LocalObjects(folder)
    from framewell_kit.objects.s3 import S3Objects  # noqa: PLC0415 - costs memory that most do not need

    return S3Objects(shared.objects, scratch, copies_bytes=shared.copies_gib << 30)
