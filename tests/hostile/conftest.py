"""Ingest's and transcode's own jobs in real sandboxes, the corpus, and what it must not reach."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from framewell_media.sandbox import Sandbox
from framewell_media.testing import make_clip
from hostile.corpus import BrokenFile, make_corpus
from hostile.inspection import Inspector
from hostile.mesh_jobs import inspectors, reading_sandbox, working_sandbox
from hostile.originals import make_originals
from hostile.surroundings import Surroundings, surroundings


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    canary = make_clip(tmp_path_factory.mktemp("somebody-else") / "canary.mp4")
    with surroundings(canary) as found:
        yield found


@pytest.fixture(scope="module")
def corpus(around: Surroundings, tmp_path_factory: pytest.TempPathFactory) -> list[BrokenFile]:
    originals = make_originals(tmp_path_factory.mktemp("originals"))
    return list(make_corpus(originals, around.traps))


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[tuple[Sandbox, Sandbox]]:
    with reading_sandbox() as reader, working_sandbox() as worker:
        yield reader, worker


@pytest.fixture
async def inspector(sandboxes: tuple[Sandbox, Sandbox], tmp_path: Path) -> AsyncIterator[Inspector]:
    async with inspectors(*sandboxes, tmp_path / "objects") as one:
        yield one
