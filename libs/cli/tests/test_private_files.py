"""What a mesh keeps is for its owner alone: logs, addresses, events, originals."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import exclusive
from framewell_cli.mesh.logs import open_log
from framewell_cli.mesh.scale import change_scale


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """A umask that gives everything to everybody, whatever the one who runs the tests has."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]


def test_a_new_state_folder_and_all_that_the_command_writes_is_closed(tmp_path: Path) -> None:
    folder = MeshFolder(tmp_path / ".framewell")
    folder.make()
    write_whole(folder.endpoints, "{}")
    change_scale(folder, {"transcode": 2})
    os.close(open_log(folder.log("ingest")))
    with exclusive(folder.lock):
        assert open_to_others(folder.state) == []


def test_a_state_folder_that_is_open_to_others_is_closed(tmp_path: Path) -> None:
    folder = MeshFolder(tmp_path / ".framewell")
    for file in (folder.log("ingest"), folder.endpoints, folder.process_table, folder.database / "mesh.db"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    assert open_to_others(folder.state)
    folder.make()
    assert open_to_others(folder.state) == []


def test_closing_follows_no_link_out_of_the_folder(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    folder = MeshFolder(tmp_path / ".framewell")
    folder.state.mkdir()
    (folder.state / "inbox").symlink_to(shared)
    folder.make()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o777


def test_a_state_folder_on_another_disk_is_closed_behind_its_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / ".framewell").symlink_to(tmp_path / "disk")
    MeshFolder(tmp_path / ".framewell").make()
    assert stat.S_IMODE((tmp_path / "disk").stat().st_mode) == 0o700
