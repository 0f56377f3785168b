"""Homes for demos and meshes of the story tests: media copied, everything else fresh."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from framewell_cli.mesh.processes import end, of_mesh
from framewell_demo.sources import FOLDER, open_sources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A demo's home with its media in it. Fails if the test leaves a process behind, and ends it."""
    with opened_home(tmp_path) as home:
        yield home


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which the tests of a file run one demo after the other. Fails as `home` does, at the end."""
    with opened_home(tmp_path_factory.mktemp("home")) as home:
        yield home


@contextmanager
def opened_home(folder: Path) -> Iterator[Path]:
    """Copy the media into a home; end what was left running in its mesh afterwards, and fail."""
    media = ROOT / FOLDER
    open_sources(media).check()
    shutil.copytree(media, folder / "sources")
    yield folder
    left = of_mesh(folder / "mesh")
    end(left, grace_seconds=5.0)
    assert left == [], "processes of the mesh were left running"
