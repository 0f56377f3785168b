"""Bring a mesh up and take it down, from any command."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from framewell_cli.mesh.folder import STATE_VARIABLE, MeshFolder
from framewell_cli.mesh.keys import prepare_keys
from framewell_cli.mesh.locking import LockHeld, exclusive, is_held
from framewell_cli.mesh.logs import SUPERVISOR_LOG, log_size, new_lines, open_log
from framewell_cli.mesh.orphans import end_orphans
from framewell_cli.mesh.ports import BASE_VARIABLE, Ports
from framewell_cli.mesh.private import PRIVATE_UMASK
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.processes import MESH_VARIABLE, Identity
from framewell_cli.mesh.rescaling import rescale
from framewell_cli.mesh.scale import Scale, change_scale
from framewell_cli.mesh.supervisor import Supervisor
from framewell_embedded.errors import CannotStart

LEAST_FREE_BYTES: Final = 2 << 30
"""Below this the broker may stop in the middle of a programme."""

GAVE_UP: Final = "gave up: "
"""What a supervisor's last line begins with when it could not bring the mesh up."""

_DOWN_WITHIN_SECONDS: Final = 60.0

Report = Callable[[str], None]


def is_up(folder: MeshFolder) -> bool:
    """Return True once every process of the folder's mesh was ready, and while its supervisor lives.

    A killed supervisor leaves its endpoints behind; they count only with the list of one that is alive.
    """
    table = ProcessTable.read(folder)
    supervised = table is not None and table.supervisor.alive()
    return supervised and is_held(folder.lock) and folder.endpoints.exists()


def run_in_foreground(
    folder: MeshFolder,
    ports: Ports,
    names: Sequence[str],
    report: Report,
    *,
    scale: Scale = MappingProxyType({}),
    on_up: Callable[[], None] = lambda: None,
) -> None:
    """Supervise the mesh, with these changes of its scale, until SIGTERM or Ctrl-C.

    Raise CannotStart where one runs here already, where a key is missing or wrong, and where it does not
    come up.
    """
    _check_disk(folder)
    os.umask(PRIVATE_UMASK)  # for every process of the mesh
    folder.make()
    try:
        with exclusive(folder.lock):
            prepare_keys(folder, report)
            change_scale(folder, scale)
            asyncio.run(Supervisor(folder, ports, names, report, on_up).run())
    except LockHeld:
        raise CannotStart(
            f"A mesh runs in {folder.state} already: see 'framewell status', or end it by 'framewell down'."
        ) from None


def up_detached(
    folder: MeshFolder,
    ports: Ports,
    names: Sequence[str],
    report: Report,
    scale: Scale = MappingProxyType({}),
) -> None:
    """Start a supervisor of its own and return when the mesh is up; if it is already, change its scale alone.

    Raise CannotStart with the supervisor's reason where it does not come up.
    """
    if is_held(folder.lock):
        report("a mesh runs here already")
        log = folder.log(SUPERVISOR_LOG)
        _wait_until_up(folder, None, log_size(log), report)
        rescale(folder, scale, report)
        return
    _check_disk(folder)
    folder.make()
    log = folder.log(SUPERVISOR_LOG)
    process: subprocess.Popen[bytes] | None = None
    try:
        offset = log_size(log)
        with _ctrl_c_deferred():
            change_scale(folder, scale)
            process = _start_supervisor(folder, ports, names)
        _wait_until_up(folder, process, offset, report)
    except KeyboardInterrupt:
        if process is not None:
            process.terminate()  # it may be too young to hold the lock that `down` looks for
            process.wait()
        down(folder, report)
        raise


def _start_supervisor(folder: MeshFolder, ports: Ports, names: Sequence[str]) -> subprocess.Popen[bytes]:
    descriptor = open_log(folder.log(SUPERVISOR_LOG))
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "framewell_cli.mesh.daemon", ",".join(names)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            env={
                **os.environ,
                STATE_VARIABLE: str(folder.state),
                BASE_VARIABLE: str(ports.base),
                MESH_VARIABLE: str(folder.state),  # by it `down` finds one too young to hold the lock
            },
        )
    finally:
        os.close(descriptor)


@contextmanager
def _ctrl_c_deferred() -> Iterator[None]:
    """Raise KeyboardInterrupt after the block, not in it: a process just started would run on unnoticed."""
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: received.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if received and before != signal.SIG_IGN:
        raise KeyboardInterrupt


def _wait_until_up(
    folder: MeshFolder, process: subprocess.Popen[bytes] | None, offset: int, report: Report
) -> None:
    """Pass on what the supervisor says until the mesh is up or the supervisor gives up."""
    log = folder.log(SUPERVISOR_LOG)
    while not is_up(folder):
        ended = process.poll() is not None if process is not None else not is_held(folder.lock)
        offset, reason = _pass_on(log, offset, report)
        if ended or reason:
            raise CannotStart(reason or f"The supervisor ended without a reason; its log is {log}.")
        time.sleep(0.1)
    _pass_on(log, offset, report)


def _pass_on(log: Path, offset: int, report: Report) -> tuple[int, str]:
    """Report the whole lines written since `offset`. Return the new offset, and why it gave up if it did."""
    offset, lines = new_lines(log, offset)
    reason = ""
    for line in lines:
        if line.startswith(GAVE_UP):
            reason = line.removeprefix(GAVE_UP)
        else:
            report(line)
    return offset, reason


def down(folder: MeshFolder, report: Report) -> bool:
    """End every process of the folder's mesh, whatever happened to its supervisor. False if none ran."""
    was_up = is_held(folder.lock)
    if was_up:
        _end_supervisor(folder, report)
    try:
        with exclusive(folder.lock):
            ended = end_orphans(folder, report)
    except LockHeld:
        raise CannotStart(
            f"The supervisor of {folder.state} does not end; its log is {folder.log(SUPERVISOR_LOG)}."
        ) from None
    return was_up or bool(ended)


def _end_supervisor(folder: MeshFolder, report: Report) -> None:
    """End the supervisor that holds the lock. A process that let go of it may still be about to exit."""
    deadline = time.monotonic() + _DOWN_WITHIN_SECONDS
    supervisor: Identity | None = None
    while is_held(folder.lock) and time.monotonic() < deadline:
        table = ProcessTable.read(folder)
        if supervisor is None and table is not None and table.supervisor.alive():
            supervisor = table.supervisor
            os.kill(supervisor.pid, signal.SIGTERM)
        time.sleep(0.1)
    if supervisor is None:
        return
    while supervisor.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    if supervisor.alive():
        report(f"the supervisor did not end within {_DOWN_WITHIN_SECONDS:.0f} s and was killed")
        os.kill(supervisor.pid, signal.SIGKILL)


def _check_disk(folder: MeshFolder) -> None:
    place = next(parent for parent in (folder.state, *folder.state.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise CannotStart(
            f"Only {free / 1e9:.1f} GB are free where {folder.state} lies; the mesh needs "
            f"{LEAST_FREE_BYTES / 1e9:.0f} GB at least. Make room, or set {STATE_VARIABLE} to a folder "
            f"on another disk."
        )
