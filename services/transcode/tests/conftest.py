"""Transcode as it is wired, with a real decoder in a real sandbox; documents in memory, objects on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from framewell_kit.objects import LocalObjects, Objects
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.testing import Transcode
from framewell_transcode.wiring import wire


@pytest.fixture(scope="session")
def media_sandbox() -> Iterator[Sandbox]:
    with Sandbox(SANDBOX_JOBS, concurrency=2) as running:
        yield running


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """Where the bench's objects lie: on disk, unless a module says otherwise."""
    return LocalObjects(tmp_path / "objects")


@pytest.fixture
async def transcode(media_sandbox: Sandbox, objects: Objects) -> AsyncIterator[Transcode]:
    settings = TranscodeSettings(chunk_seconds=1, preset="ultrafast")
    wired = partial(wire, sandbox=media_sandbox)
    async with ServiceBench("transcode", wired, settings, objects=objects) as bench:
        yield Transcode(bench)
