"""The supervisor: broker and database first, then the topics, then the services, and watch over all of them.

It holds the folder's lock while it lives. When it is killed its processes go on, and the next `up` or `down`
finds them by the process table and by their environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from framewell_cli.mesh.endpoints import endpoints, write_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.logs import last_lines, rotate
from framewell_cli.mesh.orphans import end_orphans
from framewell_cli.mesh.ports import BASE_VARIABLE, Ports
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.processes import Identity
from framewell_cli.mesh.programs import SERVERS, Program, programs
from framewell_cli.mesh.supervised_process import SupervisedProcess
from framewell_embedded.errors import CannotStart
from framewell_embedded.ports import is_free
from framewell_kafka import topic_admin
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import CannotApply

READY_WITHIN_SECONDS: Final = 180.0
SERVICE_GRACE_SECONDS: Final = 25.0
SERVER_GRACE_SECONDS: Final = 15.0
CRASHES_AT_START: Final = 4
"""A process that ends this often before it was ready once will not come up by waiting."""

_MAINTAIN_SECONDS: Final = 10.0

Report = Callable[[str], None]


def _plain_client() -> httpx.AsyncClient:
    """Return a client for health on loopback: no TLS, and no proxies that the environment may name."""
    return httpx.AsyncClient(verify=False, trust_env=False)  # noqa: S501 - nothing of it is https


@dataclass(slots=True)
class Supervisor:
    """One mesh from its first process to its last. `run` returns after a clean shutdown."""

    folder: MeshFolder
    ports: Ports
    names: Sequence[str]
    report: Report
    _client: httpx.AsyncClient = field(default_factory=_plain_client)
    _members: list[SupervisedProcess] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _unwritten: bool = False
    """True when the list on disk is not what it should be: there was no room for it."""

    async def run(self) -> None:
        """Bring the mesh up, keep it up, take it down on SIGTERM or SIGINT.

        Raise CannotStart, after taking down what was started, where it does not come up.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        end_orphans(self.folder, self.report)
        check_ports(self.ports, self.names)
        background = asyncio.create_task(self._maintain())
        try:
            coming_up = asyncio.create_task(self._come_up())
            stopped = asyncio.create_task(self._stop.wait())
            await asyncio.wait({coming_up, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not coming_up.done():
                coming_up.cancel()
            else:
                coming_up.result()
            await stopped
        finally:
            background.cancel()
            await self._come_down()

    async def _come_up(self) -> None:
        began = time.monotonic()
        specifications = programs(self.folder, self.ports, self.names)
        self._members = [
            SupervisedProcess(p, self.folder.log(p.name), self.write_process_table, self.report, self._client)
            for p in specifications
        ]
        servers = [member for member in self._members if member.program.name in SERVERS]
        services = [member for member in self._members if member.program.name not in SERVERS]
        await self._start(servers, began)
        if "kafka" in self.names:
            await self._apply_topics(began)
        await self._start(services, began)
        write_endpoints(self.folder, endpoints(self.folder, self.ports, self.names))
        self._report(began, "the mesh is up")

    async def _apply_topics(self, began: float) -> None:
        try:
            # What would lose something waits for a person's word, and stops nobody from starting.
            changed = await topic_admin.apply(BrokerAccess(f"127.0.0.1:{self.ports.kafka}"), safe_only=True)
        except CannotApply as error:
            raise CannotStart(f"The broker's topics cannot be made what is declared: {error}") from None
        self._report(began, f"topics: {len(changed)} made so" if changed else "topics: as declared")

    async def _start(self, members: Sequence[SupervisedProcess], began: float) -> None:
        for member in members:
            self._tasks.append(asyncio.create_task(member.run()))
        await asyncio.gather(*(self._until_ready(member, began) for member in members))

    async def _until_ready(self, member: SupervisedProcess, began: float) -> None:
        ready = asyncio.create_task(member.ready())
        try:
            deadline = time.monotonic() + READY_WITHIN_SECONDS
            while not ready.done():
                await asyncio.wait({ready}, timeout=0.2)
                if not ready.done() and member.restarts >= CRASHES_AT_START:
                    raise CannotStart(_did_not_come_up(member, f"ended {member.restarts} times"))
                if not ready.done() and time.monotonic() > deadline:
                    waited = f"was not ready after {READY_WITHIN_SECONDS:.0f} s"
                    raise CannotStart(_did_not_come_up(member, waited))
        finally:
            ready.cancel()
        self._report(began, f"{member.program.name} is ready")

    async def _come_down(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.folder.endpoints.unlink()
        services = [member for member in self._members if member.program.name not in SERVERS]
        servers = [member for member in self._members if member.program.name in SERVERS]
        for group, grace in ((services, SERVICE_GRACE_SECONDS), (servers, SERVER_GRACE_SECONDS)):
            ended = await asyncio.gather(*(member.stop(grace_seconds=grace) for member in group))
            for member, clean in zip(group, ended, strict=True):
                if not clean:
                    self.report(f"{member.program.name} did not end within {grace:.0f} s and was killed")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()
        end_orphans(self.folder, self.report)

    async def _maintain(self) -> None:
        """Keep logs small, and write again what a full disk did not take."""
        while True:
            await asyncio.sleep(_MAINTAIN_SECONDS)
            if self._unwritten:
                self.write_process_table()
            for member in self._members:
                with contextlib.suppress(OSError):
                    rotate(member.log)

    def write_process_table(self) -> None:
        """Write the process table. A full disk must not keep the supervisor from restarting what ended."""
        supervisor = Identity.of(os.getpid())
        if supervisor is None:
            return
        table = ProcessTable(supervisor, self.ports.base, tuple(m.entry for m in self._members))
        try:
            table.write(self.folder)
            self._unwritten = False
        except OSError:
            self._unwritten = True

    def _report(self, began: float, sentence: str) -> None:
        self.report(f"{time.monotonic() - began:6.1f} s  {sentence}")


def check_ports(ports: Ports, names: Sequence[str]) -> None:
    """Raise CannotStart, naming each taken port and the way out, before anything is started."""
    taken = [(name, port) for name in names for port in ports.of(name) if not is_free(port)]
    if taken:
        listed = ", ".join(f"{port} ({name})" for name, port in taken)
        raise CannotStart(
            f"Taken by another program: port {listed}. Stop it, or start this mesh on other ports: "
            f"{BASE_VARIABLE}={ports.base + 100} framewell up"
        )


def _did_not_come_up(member: SupervisedProcess, what: str) -> str:
    program: Program = member.program
    last = " | ".join(last_lines(member.log, 3))
    return f"{program.name} {what}. The end of its log ({member.log}): {last or 'empty'}"
