"""What may happen to records that cost time: too slow for the poll interval, deadly, no disk to write to."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.ground import Ground
from chaos.heavy_story import HeavyStory, half_written
from chaos.journal import deeds
from chaos.outcome import Outcome
from chaos.processes import Worker
from chaos.workloads import heavy

POLL_INTERVAL_MS = 2_000
OBJECT_BYTES = 200_000
MAX_STARTS = 3


async def overrun(ground: Ground) -> Outcome:
    """Records and jobs of more than twice the poll interval: nobody is put out of its group."""
    outcome = Outcome(
        "overrun", f"work of {2 * POLL_INTERVAL_MS / 1000:.0f} s and more at a poll interval of 2 s"
    )
    story = HeavyStory(ground, ground.scale.heavy)
    worker = await _workers(
        story, poll_interval_ms=POLL_INTERVAL_MS, work_ms=2.2 * POLL_INTERVAL_MS, permits=8,
        long_jobs=True, steps=2, step_ms=1.2 * POLL_INTERVAL_MS,
    )  # fmt: skip
    async with story.witness:
        before = Counter(deed.what for deed in deeds(ground.journal, "assigned", "revoked"))
        await story.load.facts(story.planned())
        await story.settled(ground.scale.heavy * POLL_INTERVAL_MS / 1000 + 30)
        await story.witness.until(
            lambda: any(deed.number for deed in deeds(ground.journal, "step")), 60, "a job's second step"
        )
        await asyncio.sleep(2 * POLL_INTERVAL_MS / 1000)
        await story.check(outcome)
    after = Counter(deed.what for deed in deeds(ground.journal, "assigned", "revoked"))
    outcome.times = ground.scale.heavy
    outcome.require(after == before, f"partitions changed hands: {after - before}")
    tried = Counter(deed.key for deed in deeds(ground.journal, "attempt"))
    outcome.require(max(tried.values()) == 1, f"done more than once: {tried.most_common(1)}")
    outcome.require(not worker.deaths, f"the worker ended by itself, with {worker.deaths}")
    return outcome


async def killer(ground: Ground) -> Outcome:
    """Records that kill their process: given up after three starts, everything else goes on."""
    killers = 1 if ground.scale.heavy < 20 else 3
    outcome = Outcome("killer", "record that kills its worker", times=killers)
    story = HeavyStory(ground, ground.scale.heavy, killers)
    worker = await _workers(story, work_ms=50)
    async with story.witness:
        await story.load.facts(story.planned())
        await story.settled(120)
        await story.check(outcome)
    starts = Counter(
        deed.key for deed in deeds(ground.journal, "attempt") if deed.key.startswith(heavy.KILLER)
    )
    outcome.require(len(starts) == killers, f"only {len(starts)} of {killers} killers were ever started")
    outcome.require(max(starts.values()) < MAX_STARTS, f"started too often: {starts}")
    letters = len(story.witness.seen[f"{heavy.GROUP}.dead-letter"])
    outcome.require(letters == killers, f"{letters} dead letters for {killers} killers")
    outcome.require(len(worker.deaths) <= 2 * killers, f"more deaths than starts: {worker.deaths}")
    return outcome


async def disk(ground: Ground) -> Outcome:
    """No room for objects: a reason that helps, nothing half-written named, and it goes on by itself."""
    story = HeavyStory(ground, ground.scale.objects)
    objects = ground.folder / "objects"
    room = OBJECT_BYTES * ground.scale.objects // 2
    outcome = Outcome("disk", "disk full", times=1)
    with _small_disk(objects, room) as small:
        worker = await _workers(story, object_bytes=OBJECT_BYTES, permits=4)
        if not small:
            outcome.fault = "file size limit reached (RLIMIT_FSIZE)"
            resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (OBJECT_BYTES // 2, resource.RLIM_INFINITY))
        async with story.witness:
            await story.load.facts(story.planned())
            told = await _told_of_the_disk(worker, within=60)
            outcome.require(told, "the process never said that there is no room")
            outcome.require(not half_written(objects), "something half-written got a name")
            began, before = time.monotonic(), len(story.ends())
            if small:
                _enlarge(objects, 4 * room)
            else:
                resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            await story.witness.until(lambda: len(story.ends()) > before, 60, "a chunk after room was made")
            outcome.recovered.append(time.monotonic() - began)
            await story.settled(120)
            await story.check(outcome)
        worker.kill()
    outcome.require(not worker.deaths, f"the worker ended by itself, with {worker.deaths}")
    return outcome


async def _workers(story: HeavyStory, **settings: object) -> Worker:
    await story.declare()
    worker = story.ground.worker(
        "heavy", instance=0, **{f"chaos_{name}": value for name, value in settings.items()}
    )
    worker.start()
    await worker.ready()
    return worker


async def _told_of_the_disk(worker: Worker, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        said = await worker.health()
        if said is not None and "no room left for objects" in str(said):
            return True
        await asyncio.sleep(0.1)
    return False


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
