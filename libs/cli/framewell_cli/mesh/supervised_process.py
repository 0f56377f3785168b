"""One supervised process: started, watched, restarted when it ends, stopped on request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from framewell_cli.mesh.disk_space import disk_full
from framewell_cli.mesh.logs import last_lines, open_log
from framewell_cli.mesh.process_table import Entry, State
from framewell_cli.mesh.processes import Identity
from framewell_cli.mesh.programs import Program
from framewell_embedded.ports import answers

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""A process that ran this long before it ended starts again without a longer pause."""
_PROBE_STARTING_SECONDS: Final = 0.4
_PROBE_READY_SECONDS: Final = 3.0
_PROBE_TIMEOUT_SECONDS: Final = 2.0


@dataclass(slots=True)
class SupervisedProcess:
    """Keeps one program running until `stop`.

    `changed` is called after every change of state, `report` with a sentence when the process ended unasked.
    """

    program: Program
    log: Path
    changed: Callable[[], None]
    report: Callable[[str], None]
    client: httpx.AsyncClient
    """Shared by all processes of a mesh: making one costs more than a hundred questions."""
    state: State = "waiting"
    reason: str = ""
    restarts: int = 0
    started_at: float = 0.0
    identity: Identity | None = None
    _process: asyncio.subprocess.Process | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def entry(self) -> Entry:
        """Return what others may know of it."""
        return Entry(
            name=self.program.name,
            state=self.state,
            ports=self.program.ports,
            log=str(self.log),
            process=self.identity,
            since=self.started_at,
            restarts=self.restarts,
            reason=self.reason,
        )

    async def run(self) -> None:
        """Start, watch, restart; return only after `stop` (or when cancelled)."""
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            began = time.monotonic()
            await self._start()
            if self._stopping.is_set() and self._process is not None:  # asked to while it was being started
                self._process.terminate()
            watching = asyncio.create_task(self._watch_readiness())
            status = await self._ended()
            watching.cancel()
            self.identity = None
            if self._stopping.is_set():
                break
            if time.monotonic() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self.restarts += 1
            self._enter("restarting", why_ended(status, self.log))
            self.report(f"{_now()}  {self.program.name} {self.reason}; it is started again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        self._enter("stopped")

    async def ready(self) -> None:
        """Wait until the process answered as ready for the first time."""
        await self._ready.wait()

    async def stop(self, *, grace_seconds: float) -> bool:
        """Send SIGTERM, and SIGKILL after the grace period. Return False where it had to be killed."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return True
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), grace_seconds)
        except TimeoutError:
            process.kill()
            await process.wait()
            return False
        return True

    async def _start(self) -> None:
        descriptor = open_log(self.log)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                env={**os.environ, **self.program.environment},
                start_new_session=True,  # Ctrl-C in a terminal reaches the supervisor alone
            )
        finally:
            os.close(descriptor)
        self.identity = Identity.of(self._process.pid)
        self.started_at = time.time()
        self._enter("starting", self.reason)

    async def _ended(self) -> int:
        if self._process is None:
            return 0
        return await self._process.wait()

    async def _watch_readiness(self) -> None:
        """Follow what the process says of itself; it is restarted only when it ends."""
        while True:
            ready, reason = await self._probe()
            if ready:
                self._ready.set()
                self._enter("ready")
            elif self.state in {"ready", "unready"}:
                self._enter("unready", reason)
            await asyncio.sleep(_PROBE_STARTING_SECONDS if self.state == "starting" else _PROBE_READY_SECONDS)

    async def _probe(self) -> tuple[bool, str]:
        if self.program.health is None:
            return answers(self.program.ports[0]), "its port does not answer"
        try:
            response = await self.client.get(self.program.health, timeout=_PROBE_TIMEOUT_SECONDS)
        except httpx.HTTPError:
            return False, "its health address does not answer"
        return response.status_code == 200, waits_for(response.text)

    def _enter(self, state: State, reason: str = "") -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            self.changed()


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def waits_for(answer: str) -> str:
    """Return what a service that is not ready waits for, in one line, from its answer to /ready."""
    try:
        waiting = json.loads(answer)["waiting"]
        return "; ".join(f"{part}: {reason}" for part, reason in waiting.items())
    except (ValueError, KeyError, TypeError, AttributeError):  # not our answer: whatever it is, it says more
        return answer.strip()[:200]


def why_ended(status: int, log: Path) -> str:
    """Return why a process ended in one sentence, with the last line of its log unless the disk is full."""
    ended = f"killed by signal {-status}" if status < 0 else f"ended with status {status}"
    if full := disk_full(log.parent):
        return f"{ended}: {full}"
    lines = [line for line in last_lines(log, 60) if not line.lstrip().startswith("at ")]  # frames of Java
    return f"{ended}: {lines[-1][:200]}" if lines and status > 0 else ended
