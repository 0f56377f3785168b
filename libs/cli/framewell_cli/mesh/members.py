"""The processes of one mesh under one supervisor: started, waited for, stopped, listed on disk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.logs import last_lines, rotate
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.processes import Identity
from framewell_cli.mesh.programs import SERVERS, Program
from framewell_cli.mesh.supervised_process import SupervisedProcess
from framewell_embedded.errors import CannotStart

READY_WITHIN_SECONDS: Final = 180.0
SERVICE_GRACE_SECONDS: Final = 25.0
SERVER_GRACE_SECONDS: Final = 15.0
CRASHES_AT_START: Final = 4
"""A process that ends this often before it was ready once will not come up by waiting."""

Report = Callable[[str], None]


def _plain_client() -> httpx.AsyncClient:
    """Return a client for health on loopback: no TLS, and no proxies that the environment may name."""
    return httpx.AsyncClient(verify=False, trust_env=False)  # noqa: S501 - nothing of it is https


@dataclass(slots=True)
class Members:
    """What runs of a mesh. `report` gets a sentence for each thing that a person may want to know."""

    folder: MeshFolder
    port_base: int
    report: Report
    _client: httpx.AsyncClient = field(default_factory=_plain_client)
    _running: dict[str, tuple[SupervisedProcess, asyncio.Task[None]]] = field(default_factory=dict)
    _unwritten: bool = False
    """True when the list on disk is not what it should be: there was no room for it."""

    async def start(self, programs: Sequence[Program], began: float) -> None:
        """Start programs and wait until all are ready. Raise CannotStart where one does not come up."""
        members = []
        for program in programs:
            log = self.folder.log(program.name)
            member = SupervisedProcess(program, log, self.write_table, self.report, self._client)
            self._running[program.name] = (member, asyncio.create_task(member.run()))
            members.append(member)
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
        self.report_at(began, f"{member.program.name} is ready")

    async def stop(self, names: Sequence[str]) -> None:
        """Let these processes drain and end, all at once, and forget them; what does not end is killed."""
        members = [self._running[name] for name in names if name in self._running]
        graces = [
            SERVER_GRACE_SECONDS if member.program.name in SERVERS else SERVICE_GRACE_SECONDS
            for member, _ in members
        ]
        clean = await asyncio.gather(
            *(member.stop(grace_seconds=grace) for (member, _), grace in zip(members, graces, strict=True))
        )
        for (member, task), grace, ended in zip(members, graces, clean, strict=True):
            if not ended:
                self.report(f"{member.program.name} did not end within {grace:.0f} s and was killed")
            await asyncio.gather(task, return_exceptions=True)  # it may have ended by an error of its own
            self._running.pop(member.program.name, None)
        self.write_table()

    async def stop_all(self) -> None:
        """End everything, services before broker and database. The list on disk is left as it was."""
        names = [*self._running]
        await self.stop([name for name in names if name not in SERVERS])
        await self.stop([name for name in names if name in SERVERS])
        await self._client.aclose()

    def write_table(self) -> None:
        """Write the process table. A full disk must not keep the supervisor from restarting what ended."""
        supervisor = Identity.of(os.getpid())
        if supervisor is None:
            return
        entries = tuple(member.entry for member, _ in self._running.values())
        try:
            ProcessTable(supervisor, self.port_base, entries).write(self.folder)
            self._unwritten = False
        except OSError:
            self._unwritten = True

    def maintain(self) -> None:
        """Keep logs small, and write again what a full disk did not take."""
        if self._unwritten:
            self.write_table()
        for member, _ in self._running.values():
            with contextlib.suppress(OSError):
                rotate(member.log)

    def report_at(self, began: float, sentence: str) -> None:
        """Report a sentence with the seconds since the beginning."""
        self.report(f"{time.monotonic() - began:6.1f} s  {sentence}")


def _did_not_come_up(member: SupervisedProcess, what: str) -> str:
    last = " | ".join(last_lines(member.log, 3))
    return f"{member.program.name} {what}. The end of its log ({member.log}): {last or 'empty'}"
