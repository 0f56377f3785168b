"""A process that ends unasked is started again, and the supervisor's log says what happened to it."""

import asyncio
import re
import sys
from pathlib import Path

import httpx

from framewell_cli.mesh.programs import Program
from framewell_cli.mesh.supervised_process import SupervisedProcess

ENDS_ONCE = """
import pathlib, sys, time
if (ended := pathlib.Path(sys.argv[1])).exists():
    time.sleep(600)
ended.touch()
sys.exit("the disk is gone")
"""


async def test_the_end_of_a_process_is_told_with_its_reason(tmp_path: Path) -> None:
    reports: list[str] = []
    program = Program("ingest", (sys.executable, "-c", ENDS_ONCE, str(tmp_path / "ended")), (1,), None)
    again = asyncio.Event()

    def changed() -> None:
        if member.restarts and member.state == "starting":
            again.set()

    async with httpx.AsyncClient() as client:
        member = SupervisedProcess(program, tmp_path / "ingest.log", changed, reports.append, client)
        running = asyncio.create_task(member.run())
        async with asyncio.timeout(60):
            await again.wait()
        assert await member.stop(grace_seconds=30)
        await running
    (sentence,) = reports
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  ingest ended with status 1: the disk is gone; it is started again",
        sentence,
    )
