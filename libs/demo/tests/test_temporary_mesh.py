"""A temporary mesh is alone on its ports."""

from __future__ import annotations

from pathlib import Path

from framewell_demo.temporary_mesh import TemporaryMesh


def test_two_meshes_that_are_about_to_start_have_ports_of_their_own(tmp_path: Path) -> None:
    meshes = [TemporaryMesh.at(tmp_path / name, roots=()) for name in ("one", "other")]
    numbers = [{port for _, port in mesh.ports} for mesh in meshes]
    assert not numbers[0] & numbers[1]
    for mesh in meshes:
        mesh.claim.close()
