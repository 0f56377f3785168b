"""A temporary mesh: fresh, on free ports, gone afterwards.

A demo must not write into a mesh that somebody works with, and it must see the first time that the man
of programme A appears: on a mesh that has learned him already, half of the story could not happen.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell_cli.errors import CommandError
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import STATE_VARIABLE, MeshFolder
from framewell_cli.mesh.ports import BASE_VARIABLE, Ports
from framewell_embedded.ports import LOOPBACK, is_free

ROOTS_VARIABLE: Final = "FRAMEWELL_INGEST_ROOTS"
_BASES: Final = range(7600, 9600, 100)
_START_SECONDS: Final = 180.0
_STOP_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class TemporaryMesh:
    """A mesh of one run: its state folder, its ports, and the folders it may read media from."""

    folder: MeshFolder
    ports: Ports
    roots: tuple[Path, ...]
    claim: socket.socket
    """Bound to a port that no member listens on: who looks for ports at the same time takes others."""

    @staticmethod
    def at(state: Path, roots: tuple[Path, ...]) -> TemporaryMesh:
        """Return a mesh in a state folder, on the first base that is not claimed and whose ports are free."""
        for base in _BASES:
            ports, claim = Ports(base), socket.socket()
            try:
                claim.bind((LOOPBACK, base + _BASES.step - 1))
            except OSError:
                claim.close()
                continue
            if all(is_free(port) for _, port in ports):
                return TemporaryMesh(MeshFolder(state.absolute()), ports, roots, claim)
            claim.close()
        raise CommandError("No free ports for the demo's mesh between 7600 and 9599: stop something there.")

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            STATE_VARIABLE: str(self.folder.state),
            BASE_VARIABLE: str(self.ports.base),
            ROOTS_VARIABLE: os.pathsep.join(str(root.absolute()) for root in self.roots),
        }

    @contextlib.asynccontextmanager
    async def running(self, *, stay: bool) -> AsyncIterator[Mapping[str, str]]:
        """Start it with nothing in it, yield its endpoints, and take it down again whatever happens.

        With `stay` it is left running. Raise CommandError when it does not come up, and when something of it
        is left that `framewell down` could not end.
        """
        await self._framewell("down", seconds=_STOP_SECONDS, failed="What ran here before could not be ended")
        shutil.rmtree(self.folder.state, ignore_errors=True)
        try:
            await self._framewell(
                "up", "--detach", seconds=_START_SECONDS, failed="The demo's mesh did not come up"
            )
            yield read_endpoints(self.folder)
        except BaseException as failure:
            try:
                await self._stop()
            except CommandError as left:
                failure.add_note(str(left))
            raise
        if not stay:
            await self._stop()

    async def _stop(self) -> None:
        # Shielded: a second Ctrl-C must not leave processes behind.
        failed = "The demo's mesh could not be taken down"
        await asyncio.shield(self._framewell("down", seconds=_STOP_SECONDS, failed=failed))

    async def _framewell(self, *arguments: str, seconds: float, failed: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "framewell_cli.main",
            *arguments,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the demo; it takes the mesh down itself
        )
        try:
            async with asyncio.timeout(seconds):
                output, _ = await process.communicate()
        except TimeoutError:
            raise CommandError(
                f"'framewell {' '.join(arguments)}' for the demo's mesh took over {seconds:.0f} s; "
                f"its logs are in {self.folder.logs}"
            ) from None
        finally:
            await asyncio.shield(_interrupted(process))
        if process.returncode != 0:
            raise CommandError(
                f"{failed}:\n{output.decode(errors='replace').strip()}\n"
                f"Its logs are in {self.folder.logs}; 'framewell doctor' says what is missing."
            )


async def _interrupted(process: asyncio.subprocess.Process) -> None:
    """Ctrl-C for a command that still runs: `up` then ends what it has started so far."""
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
