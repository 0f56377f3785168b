"""A temporary mesh is alone on its ports, and says so where it cannot be ended."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from framewell_cli.errors import CommandError
from framewell_demo.temporary_mesh import TemporaryMesh

DOES_NOT_END = """#!/bin/sh
case "$*" in
  *" up "*)
    mkdir "$FRAMEWELL_STATE"
    echo '{"rest": "http://127.0.0.1:1"}' >"$FRAMEWELL_STATE/endpoints.json";;
  *) test ! -e "$FRAMEWELL_STATE" || { echo "The supervisor does not end."; exit 1; };;
esac
"""
"""Stands for the command of a mesh that comes up, and does not go down."""


def test_two_meshes_that_are_about_to_start_have_ports_of_their_own(tmp_path: Path) -> None:
    meshes = [TemporaryMesh.at(tmp_path / name, roots=()) for name in ("one", "other")]
    numbers = [{port for _, port in mesh.ports} for mesh in meshes]
    assert not numbers[0] & numbers[1]
    for mesh in meshes:
        mesh.claim.close()


@pytest.fixture
def mesh_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TemporaryMesh:
    command = tmp_path / "command"
    command.write_text(DOES_NOT_END)
    command.chmod(stat.S_IRWXU)
    monkeypatch.setattr(sys, "executable", str(command))
    return TemporaryMesh.at(tmp_path / "mesh", roots=())


async def test_a_mesh_that_cannot_be_taken_down_is_no_success(mesh_that_does_not_end: TemporaryMesh) -> None:
    with pytest.raises(CommandError, match="could not be taken down:\nThe supervisor does not end"):
        async with mesh_that_does_not_end.running(stay=False):
            pass
    mesh_that_does_not_end.claim.close()


async def test_why_it_failed_is_said_before_what_is_left(mesh_that_does_not_end: TemporaryMesh) -> None:
    with pytest.raises(ValueError, match="the story failed") as failure:
        async with mesh_that_does_not_end.running(stay=False):
            raise ValueError("the story failed")
    assert "could not be taken down" in "".join(failure.value.__notes__)
    mesh_that_does_not_end.claim.close()
