"""What may happen to disks: no room for objects, a limit on files, no room for broker and database."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from chaos.chain_story import ChainStory
from chaos.environment import Environment
from chaos.heavy_story import HeavyStory, half_written
from chaos.outcome import Outcome
from chaos.processes import Worker
from chaos.rows.heavy import start_worker
from chaos.rows.outages import two_workers
from chaos.servers import Kept, Servers
from framewell_kit.testing.waiting import PATIENCE

OBJECT_BYTES = 200_000
# Above what logs and journals come to, which the limit is for, too.
LIMIT_BYTES = 1 << 20
SERVERS_BYTES = 128 << 20
LEFT_BYTES = 64 << 10
ENDED_SECONDS = 20.0
NOT_TRIED = " (not tried: no right to mount a small disk here)"


async def disk(environment: Environment) -> Outcome:
    """No room for objects: a reason that helps, nothing half-written named, and it goes on by itself."""
    outcome, objects = Outcome("disk", "disk full"), environment.folder / "objects"
    room = OBJECT_BYTES * environment.scale.objects // 2
    with _small_disk(objects, room) as small:
        if not small:
            outcome.fault += NOT_TRIED
            return outcome
        story = HeavyStory(environment, environment.scale.objects)
        worker = await start_worker(story, object_bytes=OBJECT_BYTES, permits=4)
        await _without_room(story, worker, outcome, make_room=lambda: _enlarge(objects, 4 * room))
        worker.kill()
    return outcome


async def limit(environment: Environment) -> Outcome:
    """Objects larger than the process may write: the same, by a limit on it instead of a full disk."""
    outcome = Outcome("limit", "file size limit reached (RLIMIT_FSIZE)")
    story = HeavyStory(environment, environment.scale.heavy)
    worker = await start_worker(story, object_bytes=2 * LIMIT_BYTES, permits=4)

    def set_limit(size: int) -> None:
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    set_limit(LIMIT_BYTES)
    await _without_room(story, worker, outcome, make_room=lambda: set_limit(resource.RLIM_INFINITY))
    return outcome


async def full(environment: Environment) -> Outcome:
    """The disk of broker and database fills up under load: they end, and are started again with room."""
    outcome, folder = Outcome("full", "disk of broker and database full"), environment.folder / "servers"
    with _small_disk(folder, SERVERS_BYTES) as small:
        if not small:
            outcome.fault += NOT_TRIED
            return outcome
        async with _own_servers(environment, folder) as own:
            story = ChainStory(environment, environment.scale.events // 4)
            await two_workers(story)
            past: set[str] = set()
            burst = story.events // (environment.scale.full_disks + 1)
            async with story.observer:
                for _ in range(environment.scale.full_disks):
                    writing = asyncio.create_task(story.write(burst))
                    await story.more_answers(burst // 10)
                    with _filled(folder):
                        ended = await _ended([own.broker, own.database])
                    outcome.require(ended, "neither broker nor database ended: nothing was tried")
                    outcome.times += len(ended)
                    began = time.monotonic()
                    await asyncio.gather(*(server.restart() for server in ended))
                    await story.recovery()
                    outcome.recovered.append(time.monotonic() - began)
                    await writing
                    past.update(await story.uncommitted_work())
                await story.finish(outcome, past)
            environment.end_workers()
    return outcome


async def _without_room(
    story: HeavyStory, worker: Worker, outcome: Outcome, *, make_room: Callable[[], None]
) -> None:
    outcome.times, objects = 1, story.environment.folder / "objects"
    async with story.observer:
        await story.load.facts(story.planned())
        outcome.require(
            await _reports_no_room(worker, within=PATIENCE), "the process never said that there is no room"
        )
        outcome.require(not half_written(objects), "something half-written got a name")
        began, before = time.monotonic(), len(story.ends())
        make_room()
        await story.observer.until(lambda: len(story.ends()) > before, 60, "a chunk after room was made")
        outcome.recovered.append(time.monotonic() - began)
        await story.settled(120)
        await story.check(outcome)
    outcome.require(not worker.deaths, f"the worker ended by itself, with {worker.deaths}")


async def _reports_no_room(worker: Worker, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        health = await worker.health()
        if health is not None and "no room left for objects" in str(health):
            return True
        await asyncio.sleep(0.1)
    return False


@asynccontextmanager
async def _own_servers(environment: Environment, folder: Path) -> AsyncIterator[Servers]:
    """A broker and a database of this row's own, for the others are not to lose theirs."""
    own = Servers(folder)
    try:
        await asyncio.to_thread(own.broker.server.prepare)
        await asyncio.gather(own.broker.restart(), own.database.restart())
        environment.servers = own
        yield own
    finally:
        own.broker.kill()
        own.database.kill()


async def _ended(servers: Sequence[Kept]) -> list[Kept]:
    """Those that end by themselves within a while, which is over when all have."""
    deadline = time.monotonic() + ENDED_SECONDS
    while any(server.running for server in servers) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return [server for server in servers if not server.running]


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    """All but a little of the disk is taken by somebody else."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        while (left := _free_bytes(folder)) > LEFT_BYTES:
            with suppress(OSError):  # the servers took some of it in this very moment
                os.posix_fallocate(file.fileno(), 0, file.seek(0, os.SEEK_END) + left - LEFT_BYTES)
    try:
        yield
    finally:
        ballast.unlink()


def _free_bytes(folder: Path) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[bool]:
    """A file system of so many bytes there; False, and nothing mounted, where that needs rights we lack."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "chaos", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _enlarge(folder: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)
