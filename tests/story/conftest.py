"""Homes for demos and meshes of the story tests: media copied, everything else fresh."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewell_cli.mesh.processes import end, of_mesh
from framewell_demo.sources import FOLDER, open_sources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A demo's home with its media in it. Fails if the test leaves a process behind, and ends it."""
    media = ROOT / FOLDER
    open_sources(media).check()
    shutil.copytree(media, tmp_path / "sources")
    yield tmp_path
    left = of_mesh(tmp_path / "mesh")
    end(left, grace_seconds=5.0)
    assert left == [], "processes of the mesh were left running"
