"""A process that works on a campaign is killed by SIGKILL; the next one comes to the same state."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell_inference.testing.campaigns import ASSETS, Spotter, arrive, opened, show, start, state_hash
from framewell_kit.clock import SystemClock
from framewell_kit.documents.mongo import MongoDocuments
from framewell_kit.jobs import JobRunner
from framewell_kit.objects import LocalObjects

LEASE_SECONDS = 1.5
PICTURE_SECONDS = 0.05
KILLED_AFTER = 7
"""Pictures that the process has been shown when it is killed: in the middle of the second asset."""


def stores(uri: str, name: str, folder: Path) -> tuple[MongoDocuments, LocalObjects]:
    return MongoDocuments(uri, name), LocalObjects(folder / name)


async def work(uri: str, name: str, folder: Path, campaign_id: str) -> None:
    """Work on a campaign as a process does, and print how many pictures were looked at."""
    new = Spotter("new", seconds=PICTURE_SECONDS)
    async with opened(*stores(uri, name, folder), Spotter("old"), new, clock=SystemClock()) as bench:
        kinds = [replace(one, lease_seconds=LEASE_SECONDS) for one in bench.service.jobs]
        runner = JobRunner(bench.jobs, kinds)
        await runner.start()
        while (await show(bench, campaign_id)).state != api.REANALYSIS_STATE_DONE:
            sys.stdout.write(f"{new.shown}\n")
            sys.stdout.flush()
            await asyncio.sleep(0.02)
        await runner.stop(5)


@pytest.mark.integration
async def test_a_killed_process_leaves_the_state_of_an_undisturbed_one(database: str, tmp_path: Path) -> None:
    hashes, exits = dict[str, str](), dict[str, int]()
    for name in ("reanalysis_calm", "reanalysis_killed"):
        documents, objects = stores(database, name, tmp_path)
        async with opened(documents, objects, Spotter("old")) as bench:
            for asset_id in ASSETS[:3]:
                await arrive(bench, asset_id)
        async with opened(documents, objects, Spotter("old"), Spotter("new"), clock=SystemClock()) as bench:
            campaign_id = await start(bench)
        command = [sys.executable, __file__, database, name, str(tmp_path), campaign_id]
        if name == "reanalysis_killed":
            exits[name] = await killed(command)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        assert await asyncio.wait_for(process.wait(), 60) == 0
        hashes[name] = await state_hash(documents)
    assert exits == {"reanalysis_killed": -signal.SIGKILL}
    assert hashes["reanalysis_killed"] == hashes["reanalysis_calm"]


async def killed(command: list[str]) -> int:
    """Start a process and kill it in the middle; return how it ended."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    while True:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "it ended before it was killed"
        if line.strip().isdigit() and int(line) >= KILLED_AFTER:
            break
    process.kill()
    return await process.wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
