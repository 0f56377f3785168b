"""Service processes of a row: started, watched, stopped, frozen and killed by their own process id."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from chaos.workloads import SERVICE_OF
from framewell_embedded.ports import LOOPBACK
from framewell_embedded.running import die_with_parent
from framewell_kit.settings import MeshSettings
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import PATIENCE

TESTS = Path(__file__).resolve().parents[1]


class Worker:
    """One replica of a workload (`python -m chaos.workloads NAME`); a restart keeps its ports."""

    def __init__(self, workload: str, variables: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._workload, self._service = workload, SERVICE_OF[workload]
        self._ports = MeshSettings(port_base=port_base())
        self._variables = {**_inherited(), "FRAMEWELL_PORT_BASE": str(self._ports.port_base), **variables}
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths: list[int] = []  # exit statuses of ends that nobody asked for
        self._wanted = False

    @property
    def rpc_address(self) -> str:
        """Where its gRPC server listens, `host:port`."""
        return self._ports.rpc_address(self._service)

    @property
    def pid(self) -> int:
        """Its process id. Raises RuntimeError before the first start."""
        if self.process is None:
            raise RuntimeError("the worker was never started")
        return self.process.pid

    @property
    def running(self) -> bool:
        """True until it has ended."""
        return self.process is not None and self.process.poll() is None

    def start(self, **changed: str) -> None:
        """Start it; `changed` settings stay changed."""
        self._variables.update(changed)
        self._wanted = True
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chaos.workloads", self._workload],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self._variables, cwd=TESTS, preexec_fn=die_with_parent(),  # noqa: PLW1509 - one system call, looked up before
            )  # fmt: skip

    def signal(self, number: int) -> None:
        """Send it a signal; nothing when it has ended."""
        if self.running:
            os.kill(self.pid, number)

    def supervise(self) -> None:
        """Start it again when it has ended by itself, as a supervisor would, and remember that."""
        if self._wanted and self.process is not None and self.process.poll() is not None:
            self.deaths.append(self.process.returncode)
            self.start()

    def terminate(self) -> None:
        """SIGTERM: it is to finish and end."""
        self._wanted = False
        self.signal(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9, and wait for its end."""
        self._wanted = False
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    async def ended(self, within: float) -> int | None:
        """Its exit status, or None if it has not ended in time."""
        deadline = time.monotonic() + within
        while self.running and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        return None if self.process is None else self.process.poll()

    async def health(self, path: str = "/ready") -> dict[str, object] | None:
        """What it says of itself, or None while it does not answer."""
        url = f"http://{LOOPBACK}:{self._ports.health_port(self._service)}{path}"
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
                session.get(url) as answer,
            ):
                health: dict[str, object] = await answer.json()
                return {**health, "status": answer.status}
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def ready(self, within: float = PATIENCE) -> None:
        """Return once it is ready. Raises TimeoutError with the end of its log."""
        deadline = time.monotonic() + within
        while (health := await self.health()) is None or health["status"] != 200:
            if time.monotonic() > deadline or not self.running:
                raise TimeoutError(f"{self._workload} is not ready: {health}; {self._last_lines()}")
            await asyncio.sleep(0.1)

    def resident_bytes(self) -> int:
        """Its resident memory (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def _last_lines(self) -> str:
        return " | ".join(self.log.read_text(errors="replace").splitlines()[-8:])


def _inherited() -> dict[str, str]:
    """This process's variables without settings of a mesh that somebody runs beside the tests."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FRAMEWELL_", "CHAOS_"))
    }
    paths = [str(TESTS), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}
