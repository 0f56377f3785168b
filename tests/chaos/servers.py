"""The embedded broker and database, to be killed and brought back as a supervisor would."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from framewell_embedded.broker import Broker
from framewell_embedded.database import Database
from framewell_embedded.running import Server, start, wait_until_ready
from framewell_kit.testing.ports import port_base
from framewell_kit.testing.waiting import PATIENCE


class Kept:
    """One server process. It dies with this process, whatever ends that."""

    def __init__(self, server: Server, log: Path) -> None:
        self.server = server
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections. Raises CannotStart."""
        self.server.prepare()
        self._process = start(self.server, self._log)
        wait_until_ready(self.server, self._process, self._log, seconds=PATIENCE)

    async def restart(self) -> float:
        """Start it while everything else goes on; the seconds until it accepts connections again."""
        began = time.monotonic()
        self.server.prepare()
        # Here and not in a thread: the kernel ends it with the thread that started it.
        self._process = start(self.server, self._log)
        process = self._process
        await asyncio.to_thread(wait_until_ready, self.server, process, self._log, seconds=PATIENCE)
        return time.monotonic() - began

    @property
    def running(self) -> bool:
        """True until it has ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it, by force after a while."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=15)
        self.kill()


class Servers:
    """One broker and one database in a folder, on free loopback ports."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        base = port_base()
        kafka, mongo = Broker(folder / "kafka", base, base + 1), Database(folder / "database", base + 2)
        self.bootstrap, self.uri = kafka.bootstrap, mongo.uri
        self.broker = Kept(kafka, folder / "broker.log")
        self.database = Kept(mongo, folder / "database.log")


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Both servers, ready; ended when the block is left."""
    both = Servers(folder)
    try:
        both.broker.start()
        both.database.start()
        yield both
    finally:
        both.broker.stop()
        both.database.stop()
