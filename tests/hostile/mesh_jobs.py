"""The jobs of a mesh that read foreign bytes, wired as they run in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from framewell_kit.objects import LocalObjects
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.testing import Transcode
from framewell_transcode.wiring import wire
from hostile.inspection import Inspector


def reading_sandbox() -> Sandbox:
    """Return the sandbox that looks at files when they come in."""
    return Sandbox(["framewell_media.jobs.probe"], concurrency=1)


def working_sandbox() -> Sandbox:
    """Return the sandbox that plans and transcodes."""
    return Sandbox(SANDBOX_JOBS, concurrency=2)


@asynccontextmanager
async def inspectors(reader: Sandbox, worker: Sandbox, folder: Path) -> AsyncIterator[Inspector]:
    """Yield an inspector whose objects lie in the folder."""
    settings = TranscodeSettings(chunk_seconds=1, preset="ultrafast", memory_mib=1024)
    wired = partial(wire, sandbox=worker)
    async with ServiceBench("transcode", wired, settings, objects=LocalObjects(folder)) as bench:
        yield Inspector(reader, Transcode(bench), worker)
