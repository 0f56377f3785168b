"""Transcode with a real decoder in a real sandbox, and the folder in which media are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from framewell_kit.objects import LocalObjects
from framewell_kit.testing.service_bench import ServiceBench
from framewell_media.sandbox import Sandbox
from framewell_transcode.adapters.sandboxed_processor import SANDBOX_JOBS
from framewell_transcode.settings import TranscodeSettings
from framewell_transcode.testing import Transcode
from framewell_transcode.wiring import wire
from media.kinds import Workshop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("kinds"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SANDBOX_JOBS, concurrency=2) as running:
        yield running


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Where the objects of the test lie."""
    return tmp_path / "objects"


@pytest.fixture
async def transcode(sandbox: Sandbox, stored: Path) -> AsyncIterator[Transcode]:
    settings = TranscodeSettings(chunk_seconds=2, preset="ultrafast")
    wired = partial(wire, sandbox=sandbox)
    async with ServiceBench("transcode", wired, settings, objects=LocalObjects(stored)) as bench:
        yield Transcode(bench)
