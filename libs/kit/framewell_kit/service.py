"""The life of one process: settings in, wiring, start, serve, drain, out.

A service's `__main__` calls `run_service("ingest", read_settings(IngestSettings), wire)`; its `wiring.py`
returns what the process is made of. Everything else about being a process of the mesh happens here, once.
"""

import asyncio
import errno
import inspect
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import grpc
from aiokafka.errors import KafkaError

from framewell_kit import garbage_collection, loop
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents import Documents, MongoDocuments
from framewell_kit.health import Health, HealthServer
from framewell_kit.jobs import JobKind, JobRunner, Jobs
from framewell_kit.objects import LocalObjects, Objects, S3Objects
from framewell_kit.operations import ProcessMonitor, ProcessState, RetentionSweep, StoredWork, operations
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.rpc import RpcServer, Servicer, Tokens, channel
from framewell_kit.settings import MeshSettings, read_settings
from framewell_kit.stream import Broadcast, HeavyStage, Publisher, Stage, StreamRuntime
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.telemetry import Telemetry, configure, logger

log = logger(__name__)

S = TypeVar("S")
TRY_AGAIN_SECONDS = 1.0
HARD_DEADLINE_MARGIN_SECONDS = 5.0
EXIT_HARD_DEADLINE = 75
# How the time to drain is shared: streams and jobs first, then gRPC and the other parts.
DRAIN_SHARE, SIDE_SHARE = 0.7, 0.1


class Part(Protocol):
    """Something a service runs beside its streams, jobs and gRPC: a web server, a warm-up, a sweep."""

    name: str

    async def start(self) -> None:
        """Begin, and return at once; what takes long goes on in a task of the part's own."""
        ...

    async def stop(self, seconds: float) -> None:
        """End within the time."""
        ...

    def waiting(self) -> str:
        """Return why this part is not ready; empty when it is."""
        ...


@dataclass(frozen=True, slots=True)
class Mesh:
    """What every service gets to wire its own parts from."""

    service: str
    settings: MeshSettings
    documents: Documents
    objects: Objects
    publisher: Publisher
    outbox: Outbox
    jobs: Jobs
    clock: Clock
    telemetry: Telemetry

    def channel(self, service: str) -> grpc.aio.Channel:
        """Return a channel to another service of the mesh."""
        return self.channel_to(self.settings.rpc_address(service))

    def channel_to(self, address: str) -> grpc.aio.Channel:
        """Return a channel to one replica of a service. Raises ValueError for what is no address."""
        return channel(address, token=self.settings.service_token)


@dataclass(frozen=True, slots=True)
class Service:
    """What one service is made of."""

    stages: Sequence[Stage | HeavyStage | Broadcast] = ()
    jobs: Sequence[JobKind] = ()
    rpc: Sequence[Servicer] = ()
    parts: Sequence[Part] = field(default=())


Wire = Callable[[Any, Mesh], Service | Awaitable[Service]]


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

    async def start(self, settings: object, wire: Wire) -> None:
        mesh = await self._mesh()
        wired = wire(settings, mesh)
        service = await wired if inspect.isawaitable(wired) else wired
        seconds = self._shared.drain_seconds
        self._state.work = StoredWork(mesh.documents, mesh.outbox, mesh.jobs, self._shared.kafka_prefix)
        await mesh.outbox.start()
        self._on_stop(mesh.outbox.stop)
        self._health.parts["outbox"] = lambda: mesh.outbox.reason
        await self._serve(service, mesh.clock, seconds * SIDE_SHARE)
        for part in service.parts:
            await part.start()
            self._on_stop(part.stop, seconds * SIDE_SHARE)
            self._health.parts[part.name] = part.waiting
        runner = JobRunner(mesh.jobs, service.jobs, mesh.clock, self._quarantine)
        await self._retry("the document database", runner.start)
        self._health.parts["jobs"] = lambda: "; ".join(runner.unready())
        monitor = ProcessMonitor(
            self._health,
            documents=mesh.documents,
            publisher=mesh.publisher,
            outbox=mesh.outbox,
            runner=runner,
            clock=mesh.clock,
        )
        monitoring = asyncio.ensure_future(monitor.run())
        self._started.callback(monitoring.cancel)
        retention = RetentionSweep(
            mesh.jobs,
            service.jobs,
            DecisionLog(mesh.documents),
            mesh.clock,
            keep_days=self._shared.keep_days,
        )
        self._started.callback(asyncio.ensure_future(retention.run()).cancel)
        runtime = monitor.runtime = await self._listen(mesh, service)

        async def drain() -> None:
            await asyncio.gather(runtime.stop(seconds * DRAIN_SHARE), runner.stop(seconds * DRAIN_SHARE))

        self._on_stop(drain)

    async def stop(self) -> None:
        await self._started.aclose()

    async def _mesh(self) -> Mesh:
        shared, clock = self._shared, SystemClock(self._shared.clock_skew_seconds)
        documents = MongoDocuments(shared.mongo, shared.database_prefix + self._name)
        self._started.callback(documents.close)
        publisher = Publisher(
            self._kafka, source=f"framewell/{self._name}", clock=clock, prefix=shared.kafka_prefix
        )
        await self._retry("the document database", documents.ping)
        await self._retry("the broker", publisher.start)
        self._on_stop(publisher.stop)
        outbox = Outbox(documents, publisher, clock)
        return Mesh(
            service=self._name,
            settings=shared,
            documents=documents,
            objects=_objects(shared),
            publisher=publisher,
            outbox=outbox,
            jobs=Jobs(documents, outbox, clock),
            clock=clock,
            telemetry=self._telemetry,
        )

    async def _serve(self, service: Service, clock: Clock, grace_seconds: float) -> None:
        address = f"{self._shared.bind}:{self._shared.rpc_port(self._name)}"
        servicers = [*service.rpc, operations(self._state)]
        server = RpcServer(address, servicers, Tokens(self._shared.tokens), clock)
        await server.start()
        self._on_stop(server.stop, grace_seconds)

    async def _listen(self, mesh: Mesh, service: Service) -> StreamRuntime:
        """Subscribe; every try is a new runtime, because one whose start failed cannot be started again."""
        runtimes: list[StreamRuntime] = []

        async def subscribe() -> None:
            runtime = StreamRuntime(
                self._kafka,
                service.stages,
                documents=mesh.documents,
                publisher=mesh.publisher,
                clock=mesh.clock,
                prefix=self._shared.kafka_prefix,
                member=self._shared.instance,
                quarantine=self._quarantine,
            )
            await runtime.start()
            runtimes.append(runtime)

        await self._retry("the broker", subscribe)
        runtime = self._state.streams = runtimes[0]
        for part, why in runtime.unready_parts().items():
            self._health.parts[part] = _joined(why)
        self._health.notes["paused"] = runtime.waiting
        return runtime

    async def _retry(self, what: str, attempt: Callable[[], Awaitable[None]]) -> None:
        """Try until it works: broker and database may start after the process, or be away for a while."""
        self._health.starting = f"waiting for {what}"
        while True:
            try:
                return await attempt()
            except (Busy, KafkaError) as error:
                self._health.starting = f"waiting for {what}: {error}"[:500]
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
    return lambda: "; ".join(why())


def _objects(shared: MeshSettings) -> Objects:
    folder = shared.objects_folder()
    return S3Objects(shared.objects) if folder is None else LocalObjects(folder)
