"""One sandbox for all tests; an ingest service of its own for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from framewell_ingest.adapters.sandboxed_reader import SANDBOX_JOBS
from framewell_ingest.testing import IngestBench
from framewell_media.sandbox import Sandbox


@pytest.fixture(scope="session")
def ingest_sandbox() -> Iterator[Sandbox]:
    with Sandbox(SANDBOX_JOBS, concurrency=2) as running:
        yield running


@pytest.fixture
async def ingest(tmp_path: Path, ingest_sandbox: Sandbox) -> AsyncIterator[IngestBench]:
    async with IngestBench(tmp_path, ingest_sandbox) as bench:
        yield bench
